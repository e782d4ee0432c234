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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'azure_devops'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'azure_devops') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'azure_devops' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{releaseDefinition}') or mapping.has_value(payload, '{environment,releaseDefinition}') or mapping.has_value(payload, '{release}') or mapping.has_value(payload, '{deployment,release}')) then 'release'
            when mapping.has_value(payload, '{buildNumber}') then 'build that deploys'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'azure_devops'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'release' then 'deploy'
        when 'build that deploys' then 'deploy'
    end as change_kind,
    case variant
        when 'release' then coalesce((mapping.text_at(payload, '{release,name}') || ' to ' || mapping.text_at(payload, '{releaseEnvironment,name}')), (mapping.text_at(payload, '{environment,release,name}') || ' to ' || mapping.text_at(payload, '{environment,name}')), (mapping.text_at(payload, '{deployment,release,name}') || ' to ' || mapping.text_at(payload, '{environment,name}')), mapping.text_at(payload, '{release,name}'), mapping.text_at(payload, '{name}'))
        when 'build that deploys' then (mapping.text_at(payload, '{definition,name}') || ' ' || mapping.text_at(payload, '{buildNumber}'))
    end as title,
    case variant
        when 'release' then coalesce(mapping.text_at(payload, '{releaseDefinition,name}'), mapping.text_at(payload, '{environment,releaseDefinition,name}'), mapping.text_at(payload, '{deployment,releaseDefinition,name}'), mapping.text_at(payload, '{project,name}'))
        when 'build that deploys' then coalesce(mapping.text_at(payload, '{definition,name}'), mapping.text_at(payload, '{project,name}'))
    end as service,
    case variant
        when 'release' then coalesce(mapping.text_at(payload, '{releaseEnvironment,name}'), mapping.text_at(payload, '{environment,name}'))
        when 'build that deploys' then mapping.text_at(payload, '{sourceBranch}')
    end as environment,
    case variant
        when 'release' then coalesce(mapping.text_at(payload, '{release,_links,web,href}'), mapping.text_at(payload, '{_links,web,href}'))
        when 'build that deploys' then coalesce(mapping.text_at(payload, '{_links,web,href}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'release' then coalesce(mapping.instant_at(payload, '{completedOn}'), mapping.instant_at(payload, '{environment,timeToDeploy}'), mapping.instant_at(payload, '{createdOn}'), mapping.instant_at(payload, '{event_at}'))
        when 'build that deploys' then coalesce(mapping.instant_at(payload, '{finishTime}'), mapping.instant_at(payload, '{startTime}'))
    end as changed_at
from variants
