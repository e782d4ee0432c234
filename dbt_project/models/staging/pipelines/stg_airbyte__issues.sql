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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'airbyte'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'airbyte') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'airbyte' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{jobId}') and mapping.has_value(payload, '{connection}')) then 'notification'
            when (mapping.has_value(payload, '{jobId}') and mapping.has_value(payload, '{status}')) then 'job'
            when (mapping.has_value(payload, '{job,id}') and mapping.has_value(payload, '{job,status}')) then 'job of the configuration API'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'airbyte'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'notification' then coalesce((mapping.text_at(payload, '{connection,name}') || ': ' || mapping.text_at(payload, '{errorMessage}')), (mapping.text_at(payload, '{connection,name}') || ': sync failed'), mapping.text_at(payload, '{connection,id}'))
        when 'job' then (mapping.text_at(payload, '{jobType}') || ' ' || mapping.text_at(payload, '{connectionId}') || ' ' || mapping.text_at(payload, '{status}'))
        when 'job of the configuration API' then (mapping.text_at(payload, '{job,configType}') || ' ' || mapping.text_at(payload, '{job,configId}') || ' ' || mapping.text_at(payload, '{job,status}'))
    end as title,
    case variant
        when 'notification' then mapping.text_at(payload, '{errorMessage}')
        when 'job of the configuration API' then mapping.text_at(payload, '{attempts,-1,attempt,failureSummary,failures,0,externalMessage}')
    end as body,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{errorType}'), mapping.text_at(payload, '{failureType}'), case when coalesce(lower(mapping.text_at(payload, '{success}')) in ('true'), false) then 'success' else 'failed' end)
        when 'job' then mapping.text_at(payload, '{status}')
        when 'job of the configuration API' then mapping.text_at(payload, '{job,status}')
    end as severity_value,
    case variant
        when 'notification' then case when coalesce(lower(mapping.text_at(payload, '{success}')) in ('true'), false) then 'success' else 'failed' end
        when 'job' then mapping.text_at(payload, '{status}')
        when 'job of the configuration API' then mapping.text_at(payload, '{job,status}')
    end as status_value,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{source,name}'), mapping.text_at(payload, '{connection,name}'))
        when 'job' then mapping.text_at(payload, '{connectionId}')
        when 'job of the configuration API' then mapping.text_at(payload, '{job,configId}')
    end as service,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{errorType}'), 'sync_failed')
        when 'job' then 'sync_failed'
        when 'job of the configuration API' then coalesce(mapping.text_at(payload, '{attempts,-1,attempt,failureSummary,failures,0,failureType}'), 'sync_failed')
    end as error_type,
    case variant when 'notification' then mapping.text_at(payload, '{workspace,name}') end as team,
    case variant when 'notification' then mapping.text_at(payload, '{destination,name}') end as environment,
    case variant when 'notification' then mapping.text_at(payload, '{connection,url}') end as external_url,
    case variant
        when 'notification' then mapping.instant_at(payload, '{startedAt}')
        when 'job' then mapping.instant_at(payload, '{startTime}')
        when 'job of the configuration API' then mapping.epoch_at(payload, '{job,createdAt}', 1)
    end as source_created_at,
    case variant
        when 'notification' then mapping.instant_at(payload, '{finishedAt}')
        when 'job' then mapping.instant_at(payload, '{lastUpdatedAt}')
        when 'job of the configuration API' then mapping.epoch_at(payload, '{job,updatedAt}', 1)
    end as resolved_at,
    case variant
        when 'notification' then jsonb_strip_nulls(jsonb_build_object('records', payload #> '{recordsCommitted}', 'connection', payload #> '{connection,id}'))
        when 'job' then jsonb_strip_nulls(jsonb_build_object('rows', payload #> '{rowsSynced}', 'bytes', payload #> '{bytesSynced}'))
        when 'job of the configuration API' then jsonb_strip_nulls(jsonb_build_object('connection', payload #> '{job,configId}'))
        else '{}'::jsonb
    end as attributes
from variants
