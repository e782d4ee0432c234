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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'github_security'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'github_security') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'github_security' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{action}') and (mapping.has_value(payload, '{_document_id}') or mapping.has_value(payload, '{actor}'))) then 'audit event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'github_security'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'audit event' then 'config_change' end as change_kind,
    case variant when 'audit event' then nullif(concat_ws(' · ', mapping.text_at(payload, '{action}'), nullif(substring(mapping.text_at(payload, '{repo}') from '[^/]+$'), '')), '') end as title,
    case variant when 'audit event' then coalesce(nullif(substring(mapping.text_at(payload, '{repo}') from '[^/]+$'), ''), mapping.text_at(payload, '{org}'), mapping.text_at(payload, '{business}')) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'audit event' then coalesce(mapping.epoch_at(payload, '{created_at}', 1000), mapping.epoch_at(payload, '{"@timestamp"}', 1000), mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{at_sign_timestamp}'), mapping.instant_at(payload, '{"@timestamp"}')) end as changed_at
from variants
