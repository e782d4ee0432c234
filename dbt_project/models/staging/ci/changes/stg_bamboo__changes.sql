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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'bamboo'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'bamboo') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'bamboo' and kind = 'change'

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{deploymentState}') or mapping.has_value(payload, '{deploymentResultId}')) then 'deployment'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'bamboo'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then coalesce(nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{deploymentProjectName}'), mapping.text_at(payload, '{deploymentVersion,items,0,label}')), mapping.text_at(payload, '{deploymentVersionName}')), ''), mapping.text_at(payload, '{environmentName}')) end as title,
    case variant when 'deployment' then coalesce(mapping.text_at(payload, '{deploymentProjectName}'), mapping.text_at(payload, '{deploymentVersion,items,0,planResultKey,entityKey,key}')) end as service,
    case variant when 'deployment' then coalesce(mapping.text_at(payload, '{environmentName}'), mapping.text_at(payload, '{environment,name}')) end as environment,
    case variant when 'deployment' then (nullif(config ->> 'base_url', '') || '/deploy/viewDeploymentResult.action?deploymentResultId=' || mapping.text_at(payload, '{id}')) end as external_url,
    case variant when 'deployment' then coalesce(mapping.epoch_at(payload, '{finishedDate}', 1000), mapping.instant_at(payload, '{finishedDate}'), mapping.epoch_at(payload, '{finishedAt}', 1000), mapping.instant_at(payload, '{finishedAt}'), mapping.epoch_at(payload, '{executedDate}', 1000), mapping.instant_at(payload, '{executedDate}')) end as changed_at
from variants
