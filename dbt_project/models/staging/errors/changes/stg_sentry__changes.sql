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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'sentry'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'sentry') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'sentry' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{version}') and (mapping.has_value(payload, '{dateCreated}') or mapping.has_value(payload, '{dateReleased}') or mapping.has_value(payload, '{projects}'))) then 'release'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'sentry'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'release' then 'release' end as change_kind,
    case variant when 'release' then nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{projects,0,slug}'), mapping.text_at(payload, '{projects,0,name}')), coalesce(mapping.text_at(payload, '{shortVersion}'), mapping.text_at(payload, '{version}'))), '') end as title,
    case variant when 'release' then coalesce(mapping.text_at(payload, '{projects,0,slug}'), mapping.text_at(payload, '{projects,0,name}')) end as service,
    case variant when 'release' then mapping.text_at(payload, '{lastDeploy,environment}') end as environment,
    case variant when 'release' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{lastDeploy,url}')) end as external_url,
    case variant when 'release' then coalesce(mapping.instant_at(payload, '{lastDeploy,dateFinished}'), mapping.instant_at(payload, '{dateReleased}'), mapping.instant_at(payload, '{dateCreated}')) end as changed_at
from variants
