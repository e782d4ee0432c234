-- Generated from connectors/tools by `causeloop connectors generate`.
with records as (

    select r.*
    from (
        select distinct p.workspace_id, p.source, r.external_id
        from {{ source('raw', 'pending_record') }} as p
        cross join lateral (
            select r.external_id
            from {{ source('raw', 'record') }} as r
            where r.workspace_id = p.workspace_id and r.record_id = p.record_id
            offset 0
        ) as r
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'freshservice'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'freshservice') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'freshservice' and kind = 'change'

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{subject}') and mapping.has_value(payload, '{change_type}')) then 'change'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'freshservice'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'change' then 'change' end as change_kind,
    case variant when 'change' then mapping.text_at(payload, '{subject}') end as title,
    case variant when 'change' then coalesce(mapping.text_at(payload, '{impacted_services,0,name}'), mapping.text_at(payload, '{category}')) end as service,
    case variant when 'change' then mapping.text_at(payload, '{custom_fields,environment}') end as environment,
    case variant when 'change' then ('https://' || nullif(config ->> 'domain', '') || '.freshservice.com/a/changes/' || mapping.text_at(payload, '{id}')) end as external_url,
    case variant when 'change' then coalesce(mapping.instant_at(payload, '{planned_start_date}'), mapping.instant_at(payload, '{planned_end_date}')) end as changed_at
from variants
