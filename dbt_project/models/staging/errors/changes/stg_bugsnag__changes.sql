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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'bugsnag'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'bugsnag') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'bugsnag' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{release,version}') or mapping.has_value(payload, '{app_version}')) then 'release'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'bugsnag'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'release' then 'release' end as change_kind,
    case variant when 'release' then nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project_name}')), coalesce(mapping.text_at(payload, '{release,version}'), mapping.text_at(payload, '{app_version}'))), '') end as title,
    case variant when 'release' then coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project_name}')) end as service,
    case variant when 'release' then coalesce(mapping.text_at(payload, '{release,releaseStage,name}'), mapping.text_at(payload, '{release,releaseStage}'), mapping.text_at(payload, '{release_stage,name}'), mapping.text_at(payload, '{release_stage}')) end as environment,
    case variant when 'release' then coalesce(mapping.text_at(payload, '{release,url}'), mapping.text_at(payload, '{project,url}')) end as external_url,
    case variant when 'release' then coalesce(mapping.instant_at(payload, '{release,releaseTime}'), mapping.instant_at(payload, '{release_time}')) end as changed_at
from variants
