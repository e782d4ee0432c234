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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'gcp_cloud_build'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'gcp_cloud_build') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'gcp_cloud_build' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{id}') and (mapping.has_value(payload, '{createTime}') or mapping.has_value(payload, '{logUrl}'))) then 'deploying build'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'gcp_cloud_build'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'deploying build' then 'deploy' end as change_kind,
    case variant when 'deploying build' then coalesce(nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{substitutions,TRIGGER_NAME}'), mapping.text_at(payload, '{buildTriggerName}'), mapping.text_at(payload, '{buildTriggerId}')), mapping.text_at(payload, '{substitutions,SHORT_SHA}')), ''), ('Build ' || mapping.text_at(payload, '{id}'))) end as title,
    case variant when 'deploying build' then coalesce(mapping.text_at(payload, '{substitutions,_SERVICE_NAME}'), mapping.text_at(payload, '{substitutions,_SERVICE}'), mapping.text_at(payload, '{substitutions,REPO_NAME}'), mapping.text_at(payload, '{source,repoSource,repoName}'), nullif(substring(mapping.text_at(payload, '{images,0}') from '([^/:]+)(?::[^/]*)?$'), ''), mapping.text_at(payload, '{substitutions,TRIGGER_NAME}')) end as service,
    case variant when 'deploying build' then coalesce(mapping.text_at(payload, '{substitutions,_ENVIRONMENT}'), mapping.text_at(payload, '{substitutions,_ENV}'), mapping.text_at(payload, '{substitutions,BRANCH_NAME}'), mapping.text_at(payload, '{source,repoSource,branchName}'), mapping.text_at(payload, '{projectId}')) end as environment,
    case variant when 'deploying build' then mapping.text_at(payload, '{logUrl}') end as external_url,
    case variant when 'deploying build' then coalesce(mapping.instant_at(payload, '{finishTime}'), mapping.instant_at(payload, '{createTime}')) end as changed_at
from variants
