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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'vercel'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'vercel') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'vercel' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{uid}') or mapping.has_value(payload, '{payload,deployment}')) then 'deployment'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'vercel'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{payload,deployment,name}'), mapping.text_at(payload, '{payload,name}')), coalesce(mapping.text_at(payload, '{meta,githubCommitMessage}'), mapping.text_at(payload, '{meta,gitlabCommitMessage}'), mapping.text_at(payload, '{meta,bitbucketCommitMessage}'), mapping.text_at(payload, '{payload,deployment,meta,githubCommitMessage}'), mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{payload,deployment,url}'))), '') end as title,
    case variant when 'deployment' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{payload,deployment,name}'), mapping.text_at(payload, '{payload,name}')) end as service,
    case variant when 'deployment' then coalesce(mapping.text_at(payload, '{target}'), mapping.text_at(payload, '{payload,target}'), 'production') end as environment,
    case variant when 'deployment' then coalesce(mapping.text_at(payload, '{inspectorUrl}'), mapping.text_at(payload, '{payload,links,deployment}')) end as external_url,
    case variant when 'deployment' then coalesce(mapping.epoch_at(payload, '{ready}', 1000), mapping.epoch_at(payload, '{createdAt}', 1000), mapping.epoch_at(payload, '{created}', 1000)) end as changed_at
from variants
