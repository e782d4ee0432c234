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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'bigquery'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'bigquery') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'bigquery' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{protoPayload}') and (mapping.has_value(payload, '{timestamp}') or mapping.has_value(payload, '{severity}'))) then 'log entry'
            when (mapping.has_value(payload, '{jobReference}') and (mapping.has_value(payload, '{status}') or mapping.has_value(payload, '{state}'))) then 'job'
            when (mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{dataSourceId}') and mapping.has_value(payload, '{state}')) then 'run of a transfer or scheduled query'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'bigquery'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'log entry' then coalesce(mapping.text_at(payload, '{protoPayload,serviceData,jobCompletedEvent,job,jobStatus,error,message}'), mapping.text_at(payload, '{protoPayload,status,message}'), mapping.text_at(payload, '{protoPayload,metadata,jobChange,job,jobStatus,errorResult,message}'), mapping.text_at(payload, '{protoPayload,methodName}'))
        when 'job' then coalesce(mapping.text_at(payload, '{errorResult,message}'), mapping.text_at(payload, '{status,errorResult,message}'), ('Job ' || mapping.text_at(payload, '{jobReference,jobId}') || ' failed'))
        when 'run of a transfer or scheduled query' then coalesce((mapping.text_at(payload, '{dataSourceId}') || ': ' || mapping.text_at(payload, '{errorStatus,message}')), (mapping.text_at(payload, '{dataSourceId}') || ' ' || mapping.text_at(payload, '{state}')))
    end as title,
    case variant
        when 'log entry' then coalesce(mapping.text_at(payload, '{protoPayload,serviceData,jobCompletedEvent,job,jobConfiguration,query,query}'), mapping.text_at(payload, '{protoPayload,metadata,jobChange,job,jobConfig,queryConfig,query}'))
        when 'job' then coalesce(mapping.text_at(payload, '{configuration,query,query}'), mapping.text_at(payload, '{status,errors,0,message}'))
        when 'run of a transfer or scheduled query' then mapping.text_at(payload, '{errorStatus,message}')
    end as body,
    case variant
        when 'log entry' then mapping.text_at(payload, '{severity}')
        when 'job' then case when mapping.has_value(payload, '{status,errorResult}') then 'failed' else case when mapping.has_value(payload, '{errorResult}') then 'failed' else null::text end end
        when 'run of a transfer or scheduled query' then mapping.text_at(payload, '{state}')
    end as severity_value,
    case variant
        when 'log entry' then coalesce(case when (mapping.has_value(payload, '{protoPayload,serviceData,jobCompletedEvent,job,jobStatus,error,message}') or mapping.has_value(payload, '{protoPayload,status,code}')) then 'failed' else null::text end, mapping.text_at(payload, '{protoPayload,serviceData,jobCompletedEvent,job,jobStatus,state}'), 'failed')
        when 'job' then case when (mapping.has_value(payload, '{status,errorResult}') or mapping.has_value(payload, '{errorResult}')) then 'failed' else coalesce(mapping.text_at(payload, '{status,state}'), mapping.text_at(payload, '{state}')) end
        when 'run of a transfer or scheduled query' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant
        when 'log entry' then coalesce(mapping.text_at(payload, '{resource,labels,project_id}'), mapping.text_at(payload, '{protoPayload,serviceData,jobCompletedEvent,job,jobName,projectId}'))
        when 'job' then mapping.text_at(payload, '{jobReference,projectId}')
        when 'run of a transfer or scheduled query' then coalesce(mapping.text_at(payload, '{params,destination_table_name_template}'), mapping.text_at(payload, '{destinationDatasetId}'), mapping.text_at(payload, '{dataSourceId}'))
    end as service,
    case variant
        when 'log entry' then coalesce(mapping.text_at(payload, '{protoPayload,serviceData,jobCompletedEvent,job,jobStatus,error,code}'), mapping.text_at(payload, '{protoPayload,status,code}'), mapping.text_at(payload, '{protoPayload,methodName}'))
        when 'job' then coalesce(mapping.text_at(payload, '{status,errorResult,reason}'), mapping.text_at(payload, '{errorResult,reason}'))
        when 'run of a transfer or scheduled query' then 'transfer_failed'
    end as error_type,
    case variant
        when 'log entry' then mapping.text_at(payload, '{protoPayload,authenticationInfo,principalEmail}')
        when 'job' then mapping.text_at(payload, '{user_email}')
    end as team,
    case variant
        when 'log entry' then coalesce(mapping.text_at(payload, '{resource,labels,location}'), mapping.text_at(payload, '{protoPayload,serviceData,jobCompletedEvent,job,jobName,location}'))
        when 'job' then mapping.text_at(payload, '{jobReference,location}')
        when 'run of a transfer or scheduled query' then nullif(substring(mapping.text_at(payload, '{name}') from '^projects/([^/]+)/'), '')
    end as environment,
    case variant when 'job' then mapping.text_at(payload, '{selfLink}') end as external_url,
    case variant
        when 'log entry' then mapping.instant_at(payload, '{timestamp}')
        when 'job' then coalesce(mapping.epoch_at(payload, '{statistics,startTime}', 1000), mapping.epoch_at(payload, '{statistics,creationTime}', 1000))
        when 'run of a transfer or scheduled query' then coalesce(mapping.instant_at(payload, '{startTime}'), mapping.instant_at(payload, '{runTime}'), mapping.instant_at(payload, '{scheduleTime}'))
    end as source_created_at,
    case variant
        when 'log entry' then coalesce(mapping.instant_at(payload, '{protoPayload,serviceData,jobCompletedEvent,job,jobStatistics,endTime}'), mapping.instant_at(payload, '{timestamp}'))
        when 'job' then mapping.epoch_at(payload, '{statistics,endTime}', 1000)
        when 'run of a transfer or scheduled query' then mapping.instant_at(payload, '{endTime}')
    end as resolved_at,
    case variant
        when 'log entry' then jsonb_strip_nulls(jsonb_build_object('job', coalesce(nullif(payload #> '{protoPayload,serviceData,jobCompletedEvent,job,jobName,jobId}', 'null'), nullif(payload #> '{protoPayload,resourceName}', 'null')), 'user', payload #> '{protoPayload,authenticationInfo,principalEmail}', 'project', nullif(substring(mapping.text_at(payload, '{logName}') from '^projects/([^/]+)/'), '')))
        when 'job' then jsonb_strip_nulls(jsonb_build_object('job', payload #> '{jobReference,jobId}', 'type', payload #> '{configuration,jobType}', 'user', payload #> '{user_email}'))
        when 'run of a transfer or scheduled query' then jsonb_strip_nulls(jsonb_build_object('config', nullif(substring(mapping.text_at(payload, '{name}') from '/transferConfigs/([^/]+)/'), '')))
        else '{}'::jsonb
    end as attributes
from variants
