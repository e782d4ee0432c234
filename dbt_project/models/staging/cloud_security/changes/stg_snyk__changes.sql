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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'snyk'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'snyk') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'snyk' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{event}') and mapping.has_value(payload, '{created}')) then 'audit event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'snyk'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'audit event' then 'config_change' end as change_kind,
    case variant when 'audit event' then mapping.text_at(payload, '{event}') end as title,
    case variant when 'audit event' then coalesce(mapping.text_at(payload, '{project_name}'), mapping.text_at(payload, '{projectId}'), mapping.text_at(payload, '{orgId}'), mapping.text_at(payload, '{org_id}'), mapping.text_at(payload, '{groupId}'), mapping.text_at(payload, '{group_id}')) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'audit event' then mapping.instant_at(payload, '{created}') end as changed_at
from variants
