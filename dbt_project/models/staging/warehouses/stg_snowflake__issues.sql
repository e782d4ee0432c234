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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'snowflake'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'snowflake') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'snowflake' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{EVENT_TYPE}') and mapping.has_value(payload, '{IS_SUCCESS}')) then 'failed login'
            when (kind in ('task_notice', 'pipe_notice') and (mapping.has_value(payload, '{errorMessage}') or mapping.has_value(payload, '{firstError}'))) then 'error notification'
            when (kind in ('task') and mapping.has_value(payload, '{STATE}') and mapping.has_value(payload, '{NAME}')) then 'task'
            when (mapping.has_value(payload, '{EXECUTION_STATUS}') and (mapping.has_value(payload, '{QUERY_TYPE}') or mapping.has_value(payload, '{QUERY_TEXT}'))) then 'query'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'snowflake'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'failed login' then coalesce((mapping.text_at(payload, '{EVENT_TYPE}') || ' failed: ' || mapping.text_at(payload, '{ERROR_MESSAGE}')), (mapping.text_at(payload, '{EVENT_TYPE}') || ' failed'))
        when 'error notification' then coalesce(('Task ' || mapping.text_at(payload, '{taskName}') || ': ' || mapping.text_at(payload, '{errorMessage}')), ('Pipe ' || mapping.text_at(payload, '{pipeName}') || ': ' || mapping.text_at(payload, '{firstError}')))
        when 'task' then coalesce(('Task ' || mapping.text_at(payload, '{NAME}') || ': ' || mapping.text_at(payload, '{ERROR_MESSAGE}')), ('Task ' || mapping.text_at(payload, '{NAME}') || ' ' || mapping.text_at(payload, '{STATE}')))
        when 'query' then coalesce(mapping.text_at(payload, '{ERROR_MESSAGE}'), (mapping.text_at(payload, '{QUERY_TYPE}') || ' ' || mapping.text_at(payload, '{EXECUTION_STATUS}')), mapping.text_at(payload, '{QUERY_TEXT}'))
    end as title,
    case variant
        when 'failed login' then mapping.text_at(payload, '{ERROR_MESSAGE}')
        when 'error notification' then coalesce(mapping.text_at(payload, '{errorMessage}'), mapping.text_at(payload, '{firstError}'))
        when 'task' then mapping.text_at(payload, '{ERROR_MESSAGE}')
        when 'query' then mapping.text_at(payload, '{QUERY_TEXT}')
    end as body,
    case variant
        when 'failed login' then 'login failed'
        when 'error notification' then 'failed'
        when 'task' then mapping.text_at(payload, '{STATE}')
        when 'query' then mapping.text_at(payload, '{EXECUTION_STATUS}')
    end as severity_value,
    case variant
        when 'failed login' then 'failed'
        when 'error notification' then 'failed'
        when 'task' then mapping.text_at(payload, '{STATE}')
        when 'query' then mapping.text_at(payload, '{EXECUTION_STATUS}')
    end as status_value,
    case variant
        when 'failed login' then 'snowflake'
        when 'error notification' then coalesce(nullif(substring(mapping.text_at(payload, '{taskName}') from '[^.]+$'), ''), nullif(substring(mapping.text_at(payload, '{pipeName}') from '[^.]+$'), ''))
        when 'task' then mapping.text_at(payload, '{NAME}')
        when 'query' then coalesce(mapping.text_at(payload, '{WAREHOUSE_NAME}'), mapping.text_at(payload, '{DATABASE_NAME}'), mapping.text_at(payload, '{ROLE_NAME}'))
    end as service,
    case variant
        when 'failed login' then coalesce(mapping.text_at(payload, '{ERROR_CODE}'), mapping.text_at(payload, '{EVENT_TYPE}'))
        when 'error notification' then coalesce(mapping.text_at(payload, '{errorCode}'), mapping.text_at(payload, '{messageType}'))
        when 'task' then mapping.text_at(payload, '{ERROR_CODE}')
        when 'query' then coalesce(mapping.text_at(payload, '{ERROR_CODE}'), mapping.text_at(payload, '{QUERY_TYPE}'))
    end as error_type,
    case variant
        when 'failed login' then mapping.text_at(payload, '{USER_NAME}')
        when 'query' then coalesce(mapping.text_at(payload, '{ROLE_NAME}'), mapping.text_at(payload, '{USER_NAME}'))
    end as team,
    case variant
        when 'error notification' then coalesce(nullif(substring(mapping.text_at(payload, '{taskName}') from '^([^.]+)\.'), ''), nullif(substring(mapping.text_at(payload, '{pipeName}') from '^([^.]+)\.'), ''))
        when 'task' then mapping.text_at(payload, '{DATABASE_NAME}')
        when 'query' then mapping.text_at(payload, '{DATABASE_NAME}')
    end as environment,
    null::text as external_url,
    case variant
        when 'failed login' then mapping.instant_at(payload, '{EVENT_TIMESTAMP}')
        when 'error notification' then coalesce(mapping.instant_at(payload, '{queryStartTime}'), mapping.instant_at(payload, '{scheduledTime}'), mapping.instant_at(payload, '{timestamp}'))
        when 'task' then coalesce(mapping.instant_at(payload, '{QUERY_START_TIME}'), mapping.instant_at(payload, '{SCHEDULED_TIME}'))
        when 'query' then coalesce(mapping.instant_at(payload, '{START_TIME}'), mapping.epoch_at(payload, '{START_TIME}', 1))
    end as source_created_at,
    case variant
        when 'task' then mapping.instant_at(payload, '{COMPLETED_TIME}')
        when 'query' then coalesce(mapping.instant_at(payload, '{END_TIME}'), mapping.epoch_at(payload, '{END_TIME}', 1))
    end as resolved_at,
    case variant
        when 'failed login' then jsonb_strip_nulls(jsonb_build_object('user', payload #> '{USER_NAME}', 'address', payload #> '{CLIENT_IP}', 'client', payload #> '{REPORTED_CLIENT_TYPE}'))
        when 'error notification' then jsonb_strip_nulls(jsonb_build_object('query', payload #> '{queryId}', 'file', payload #> '{fileName}', 'account', payload #> '{accountName}'))
        when 'task' then jsonb_strip_nulls(jsonb_build_object('schema', payload #> '{SCHEMA_NAME}'))
        when 'query' then jsonb_strip_nulls(jsonb_build_object('user', payload #> '{USER_NAME}', 'warehouse', payload #> '{WAREHOUSE_NAME}', 'query', payload #> '{QUERY_ID}'))
        else '{}'::jsonb
    end as attributes
from variants
