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
    where r.source = 'gcp_cloud_build' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{id}') and (mapping.has_value(payload, '{createTime}') or mapping.has_value(payload, '{logUrl}') or mapping.has_value(payload, '{steps}'))) then 'build'
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
    case variant when 'build' then coalesce(nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{substitutions,TRIGGER_NAME}'), mapping.text_at(payload, '{buildTriggerName}'), mapping.text_at(payload, '{buildTriggerId}')), coalesce(mapping.text_at(payload, '{failureInfo,detail}'), mapping.text_at(payload, '{statusDetail}'))), ''), ('Build ' || mapping.text_at(payload, '{id}'))) end as title,
    case variant when 'build' then coalesce(mapping.text_at(payload, '{failureInfo,detail}'), mapping.text_at(payload, '{statusDetail}')) end as body,
    case variant when 'build' then mapping.text_at(payload, '{status}') end as severity_value,
    case variant when 'build' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'build' then coalesce(mapping.text_at(payload, '{substitutions,_SERVICE_NAME}'), mapping.text_at(payload, '{substitutions,_SERVICE}'), mapping.text_at(payload, '{substitutions,REPO_NAME}'), mapping.text_at(payload, '{source,repoSource,repoName}'), nullif(substring(mapping.text_at(payload, '{images,0}') from '([^/:]+)(?::[^/]*)?$'), ''), mapping.text_at(payload, '{substitutions,TRIGGER_NAME}')) end as service,
    case variant when 'build' then coalesce(mapping.text_at(payload, '{failureInfo,type}'), 'build_failed') end as error_type,
    null::text as team,
    case variant when 'build' then coalesce(mapping.text_at(payload, '{substitutions,_ENVIRONMENT}'), mapping.text_at(payload, '{substitutions,_ENV}'), mapping.text_at(payload, '{substitutions,BRANCH_NAME}'), mapping.text_at(payload, '{source,repoSource,branchName}'), mapping.text_at(payload, '{projectId}')) end as environment,
    case variant when 'build' then mapping.text_at(payload, '{logUrl}') end as external_url,
    case variant when 'build' then coalesce(mapping.instant_at(payload, '{startTime}'), mapping.instant_at(payload, '{createTime}')) end as source_created_at,
    case variant when 'build' then mapping.instant_at(payload, '{finishTime}') end as resolved_at,
    case variant
        when 'build' then jsonb_strip_nulls(jsonb_build_object('trigger', payload #> '{buildTriggerId}', 'commit', payload #> '{substitutions,COMMIT_SHA}', 'project', payload #> '{projectId}', 'tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
