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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'bitbucket'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'bitbucket') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'bitbucket' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{release}') or mapping.has_value(payload, '{environment}')) then 'deployment'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'bitbucket'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then coalesce((mapping.text_at(payload, '{release,name}') || ' to ' || mapping.text_at(payload, '{environment,name}')), mapping.text_at(payload, '{release,name}')) end as title,
    case variant when 'deployment' then mapping.text_at(payload, '{repository,full_name}') end as service,
    case variant when 'deployment' then mapping.text_at(payload, '{environment,name}') end as environment,
    case variant when 'deployment' then coalesce(mapping.text_at(payload, '{state,url}'), mapping.text_at(payload, '{release,url}')) end as external_url,
    case variant when 'deployment' then coalesce(mapping.instant_at(payload, '{state,completed_on}'), mapping.instant_at(payload, '{last_update_time}'), mapping.instant_at(payload, '{release,created_on}')) end as changed_at
from variants
