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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'jumpcloud'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'jumpcloud') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'jumpcloud' and kind = 'change'

),

variants as (

    select
        *,
        case
            when mapping.has_value(payload, '{event_type}') then 'directory change'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'jumpcloud'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'directory change' then 'config_change' end as change_kind,
    case variant when 'directory change' then nullif(concat_ws(' · ', mapping.text_at(payload, '{event_type}'), mapping.text_at(payload, '{resource,username}'), mapping.text_at(payload, '{resource,name}')), '') end as title,
    case variant when 'directory change' then mapping.text_at(payload, '{service}') end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'directory change' then mapping.instant_at(payload, '{timestamp}') end as changed_at
from variants
