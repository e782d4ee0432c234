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
    where r.source = 'bamboo' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('deployment') and (mapping.has_value(payload, '{deploymentState}') or mapping.has_value(payload, '{deploymentResultId}'))) then 'failed deployment'
            when ((kind in ('run') and mapping.has_value(payload, '{buildResultKey}') and mapping.has_value(payload, '{buildState}')) or (kind in ('build_event') and mapping.has_value(payload, '{buildResultKey}') and mapping.has_value(payload, '{status}'))) then 'build'
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
    case variant
        when 'failed deployment' then coalesce(nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{deploymentProjectName}'), mapping.text_at(payload, '{deploymentVersion,items,0,label}')), mapping.text_at(payload, '{deploymentVersionName}')), ''), mapping.text_at(payload, '{environmentName}'))
        when 'build' then nullif(concat_ws(' #', coalesce(mapping.text_at(payload, '{plan,name}'), mapping.text_at(payload, '{planName}'), mapping.text_at(payload, '{buildPlanName}')), coalesce(mapping.text_at(payload, '{buildNumber}'), mapping.text_at(payload, '{buildResultKey}'))), '')
    end as title,
    case variant
        when 'failed deployment' then coalesce(mapping.plain_text_at(payload, '{reasonSummary}'), mapping.text_at(payload, '{triggerReason}'))
        when 'build' then coalesce(mapping.plain_text_at(payload, '{buildReason}'), mapping.plain_text_at(payload, '{reasonSummary}'), mapping.text_at(payload, '{triggerReason}'), mapping.text_at(payload, '{buildTestSummary}'))
    end as body,
    case variant
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{deploymentState}'), mapping.text_at(payload, '{status}'))
        when 'build' then coalesce(mapping.text_at(payload, '{buildState}'), mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{status}'))
    end as severity_value,
    case variant
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{deploymentState}'), mapping.text_at(payload, '{status}'))
        when 'build' then coalesce(mapping.text_at(payload, '{buildState}'), mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{status}'))
    end as status_value,
    case variant
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{deploymentProjectName}'), mapping.text_at(payload, '{deploymentVersion,items,0,planResultKey,entityKey,key}'))
        when 'build' then coalesce(mapping.text_at(payload, '{planName}'), mapping.text_at(payload, '{plan,shortName}'), mapping.text_at(payload, '{buildPlanName}'))
    end as service,
    case variant
        when 'failed deployment' then 'deployment_failed'
        when 'build' then 'build_failed'
    end as error_type,
    case variant when 'build' then mapping.text_at(payload, '{projectName}') end as team,
    case variant
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{environmentName}'), mapping.text_at(payload, '{environment,name}'))
        when 'build' then coalesce(mapping.text_at(payload, '{master,shortName}'), mapping.text_at(payload, '{planBranchName}'), mapping.text_at(payload, '{vcsBranch}'))
    end as environment,
    case variant
        when 'failed deployment' then (nullif(config ->> 'base_url', '') || '/deploy/viewDeploymentResult.action?deploymentResultId=' || mapping.text_at(payload, '{id}'))
        when 'build' then coalesce((nullif(config ->> 'base_url', '') || '/browse/' || mapping.text_at(payload, '{buildResultKey}')), mapping.text_at(payload, '{link,href}'))
    end as external_url,
    case variant
        when 'failed deployment' then coalesce(mapping.epoch_at(payload, '{startedDate}', 1000), mapping.instant_at(payload, '{startedDate}'), mapping.epoch_at(payload, '{startedAt}', 1000), mapping.instant_at(payload, '{startedAt}'), mapping.epoch_at(payload, '{executedDate}', 1000), mapping.instant_at(payload, '{executedDate}'))
        when 'build' then coalesce(mapping.instant_at(payload, '{buildStartedTime}'), mapping.instant_at(payload, '{startedAt}'), mapping.instant_at(payload, '{buildCompletedTime}'))
    end as source_created_at,
    case variant
        when 'failed deployment' then coalesce(mapping.epoch_at(payload, '{finishedDate}', 1000), mapping.instant_at(payload, '{finishedDate}'), mapping.epoch_at(payload, '{finishedAt}', 1000), mapping.instant_at(payload, '{finishedAt}'))
        when 'build' then coalesce(mapping.instant_at(payload, '{buildCompletedTime}'), mapping.instant_at(payload, '{finishedAt}'))
    end as resolved_at,
    case variant
        when 'failed deployment' then jsonb_strip_nulls(jsonb_build_object('version', payload #> '{deploymentVersionName}', 'branch', payload #> '{deploymentVersion,planBranchName}'))
        when 'build' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{buildNumber}', 'plan', coalesce(nullif(payload #> '{plan,key}', 'null'), nullif(payload #> '{buildPlanKey}', 'null')), 'commit', payload #> '{vcsRevisionKey}', 'failed_tests', payload #> '{failedTestCount}'))
        else '{}'::jsonb
    end as attributes
from variants
