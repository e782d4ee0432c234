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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'redmine'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'redmine') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'redmine' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{subject}') and (mapping.has_value(payload, '{status}') or mapping.has_value(payload, '{created_on}'))) then 'issue'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'redmine'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'issue' then mapping.text_at(payload, '{subject}') end as title,
    case variant when 'issue' then mapping.text_at(payload, '{description}') end as body,
    case variant when 'issue' then coalesce(mapping.element_at(payload, '{custom_fields}', '{name}', 'Severity', '{value}'), mapping.text_at(payload, '{priority,name}')) end as severity_value,
    case variant when 'issue' then mapping.text_at(payload, '{status,name}') end as status_value,
    case variant when 'issue' then coalesce(mapping.element_at(payload, '{custom_fields}', '{name}', 'Component', '{value}'), mapping.text_at(payload, '{category,name}'), mapping.text_at(payload, '{project,name}')) end as service,
    case variant when 'issue' then mapping.text_at(payload, '{tracker,name}') end as error_type,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{assigned_to,name}'), mapping.text_at(payload, '{assignee,firstname}'), mapping.text_at(payload, '{category,name}')) end as team,
    case variant when 'issue' then mapping.element_at(payload, '{custom_fields}', '{name}', 'Environment', '{value}') end as environment,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{url}'), (nullif(config ->> 'base_url', '') || '/issues/' || mapping.text_at(payload, '{id}'))) end as external_url,
    case variant when 'issue' then mapping.instant_at(payload, '{created_on}') end as source_created_at,
    case variant when 'issue' then coalesce(mapping.instant_at(payload, '{closed_on}'), mapping.instant_at(payload, '{updated_on}')) end as resolved_at,
    case variant
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('tracker', payload #> '{tracker,name}', 'version', payload #> '{fixed_version,name}'))
        else '{}'::jsonb
    end as attributes
from variants
