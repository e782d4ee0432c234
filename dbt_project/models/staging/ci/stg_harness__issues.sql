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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'harness'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'harness') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'harness' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('notification') and (mapping.has_value(payload, '{planExecutionId}') and mapping.has_value(payload, '{eventType}'))) then 'notification'
            when (kind in ('run') and (mapping.has_value(payload, '{planExecutionId}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{name}') or mapping.has_value(payload, '{pipelineIdentifier}')))) then 'execution'
            when (kind in ('first_gen') and (mapping.has_value(payload, '{application}') and mapping.has_value(payload, '{status}'))) then 'FirstGen execution'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'harness'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'notification' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{pipelineName}'), mapping.text_at(payload, '{pipelineIdentifier}')), coalesce(mapping.text_at(payload, '{stageName}'), mapping.text_at(payload, '{stepName}'), mapping.text_at(payload, '{errorMessage}'))), '')
        when 'execution' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{pipelineIdentifier}')), mapping.text_at(payload, '{executionErrorInfo,message}')), '')
        when 'FirstGen execution' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{pipeline,name}'), mapping.text_at(payload, '{workflow,name}'), mapping.text_at(payload, '{application,name}')), mapping.text_at(payload, '{status}')), '')
    end as title,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{errorMessage}'), mapping.text_at(payload, '{failureInfo,message}'))
        when 'execution' then coalesce(mapping.text_at(payload, '{executionErrorInfo,message}'), mapping.text_at(payload, '{failureInfo,message}'))
        when 'FirstGen execution' then nullif(coalesce(mapping.text_at(payload, '{notes}'), mapping.text_at(payload, '{failureDetails}')), mapping.text_at(payload, '{application,name}'))
    end as body,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{nodeStatus}'), mapping.text_at(payload, '{eventType}'))
        when 'execution' then mapping.text_at(payload, '{status}')
        when 'FirstGen execution' then mapping.text_at(payload, '{status}')
    end as severity_value,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{nodeStatus}'), mapping.text_at(payload, '{eventType}'))
        when 'execution' then mapping.text_at(payload, '{status}')
        when 'FirstGen execution' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{moduleInfo,services,0,id}'), mapping.text_at(payload, '{moduleInfo,services,0,name}'), mapping.text_at(payload, '{moduleInfo,services,0}'), mapping.text_at(payload, '{pipelineIdentifier}'), mapping.text_at(payload, '{pipelineName}'))
        when 'execution' then coalesce(mapping.text_at(payload, '{moduleInfo,cd,serviceIdentifiers,0}'), mapping.text_at(payload, '{moduleInfo,ci,repoName}'), mapping.text_at(payload, '{pipelineIdentifier}'))
        when 'FirstGen execution' then coalesce(mapping.text_at(payload, '{services,nodes,0,name}'), mapping.text_at(payload, '{outcomes,nodes,0,service,name}'), mapping.text_at(payload, '{artifacts,0,artifactSource,name}'), mapping.text_at(payload, '{application,services,nodes,0,artifactSources,0,name}'), mapping.text_at(payload, '{application,name}'))
    end as service,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{failureInfo,failureTypeList,0}'), 'execution_failed')
        when 'execution' then coalesce(mapping.text_at(payload, '{failureInfo,failureTypeList,0}'), 'execution_failed')
        when 'FirstGen execution' then 'execution_failed'
    end as error_type,
    case variant when 'notification' then mapping.text_at(payload, '{projectIdentifier}') end as team,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{moduleInfo,environments,0,id}'), mapping.text_at(payload, '{moduleInfo,environments,0,name}'), mapping.text_at(payload, '{moduleInfo,environments,0}'))
        when 'execution' then coalesce(mapping.text_at(payload, '{moduleInfo,cd,envIdentifiers,0}'), mapping.text_at(payload, '{moduleInfo,ci,branch}'), mapping.text_at(payload, '{gitDetails,branch}'))
        when 'FirstGen execution' then coalesce(mapping.text_at(payload, '{environments,nodes,0,name}'), mapping.text_at(payload, '{outcomes,nodes,0,environment,name}'))
    end as environment,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{executionUrl}'), mapping.text_at(payload, '{pipelineUrl}'))
        when 'execution' then ('https://app.harness.io/ng/account/' || nullif(config ->> 'account', '') || '/all/orgs/' || nullif(config ->> 'organization', '') || '/projects/' || nullif(config ->> 'project', '') || '/pipelines/' || mapping.text_at(payload, '{pipelineIdentifier}') || '/executions/' || mapping.text_at(payload, '{planExecutionId}') || '/pipeline')
        when 'FirstGen execution' then mapping.text_at(payload, '{url}')
    end as external_url,
    case variant
        when 'notification' then coalesce(mapping.epoch_of(nullif(substring(mapping.text_at(payload, '{startTs}') from '^\d{10}$'), ''), 1), mapping.epoch_of(nullif(substring(mapping.text_at(payload, '{startTs}') from '^\d{13}$'), ''), 1000), mapping.instant_at(payload, '{startTime}'))
        when 'execution' then coalesce(mapping.epoch_at(payload, '{startTs}', 1000), mapping.epoch_at(payload, '{createdAt}', 1000))
        when 'FirstGen execution' then coalesce(mapping.epoch_at(payload, '{startedAt}', 1000), mapping.epoch_at(payload, '{createdAt}', 1000))
    end as source_created_at,
    case variant
        when 'notification' then coalesce(mapping.epoch_of(nullif(substring(mapping.text_at(payload, '{endTs}') from '^\d{10}$'), ''), 1), mapping.epoch_of(nullif(substring(mapping.text_at(payload, '{endTs}') from '^\d{13}$'), ''), 1000), mapping.instant_at(payload, '{endTime}'))
        when 'execution' then mapping.epoch_at(payload, '{endTs}', 1000)
        when 'FirstGen execution' then mapping.epoch_at(payload, '{endedAt}', 1000)
    end as resolved_at,
    case variant
        when 'notification' then jsonb_strip_nulls(jsonb_build_object('pipeline', payload #> '{pipelineIdentifier}', 'triggered_by', payload #> '{triggeredBy,name}'))
        when 'execution' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{runSequence}', 'pipeline', payload #> '{pipelineIdentifier}'))
        when 'FirstGen execution' then jsonb_strip_nulls(jsonb_build_object('build', payload #> '{artifacts,0,buildNo}', 'application', payload #> '{application,name}'))
        else '{}'::jsonb
    end as attributes
from variants
