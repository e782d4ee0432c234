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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'airflow'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'airflow') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'airflow' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{task_id}') and mapping.has_value(payload, '{dag_id}')) then 'task instance'
            when (mapping.has_value(payload, '{dag_run_id}') and mapping.has_value(payload, '{dag_id}')) then 'DAG run'
            when (mapping.has_value(payload, '{import_error_id}') and mapping.has_value(payload, '{filename}')) then 'import error'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'airflow'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'task instance' then (mapping.text_at(payload, '{dag_id}') || '.' || mapping.text_at(payload, '{task_id}') || ' ' || mapping.text_at(payload, '{state}'))
        when 'DAG run' then (mapping.text_at(payload, '{dag_id}') || ' ' || mapping.text_at(payload, '{state}'))
        when 'import error' then coalesce((nullif(substring(mapping.text_at(payload, '{filename}') from '([^/]+)$'), '') || ' cannot be imported: ' || nullif(substring(mapping.text_at(payload, '{stack_trace}') from '(?:^|\n)([A-Za-z_][\w.]*(?:: [^\n]*)?)\s*$'), '')), (nullif(substring(mapping.text_at(payload, '{filename}') from '([^/]+)$'), '') || ' cannot be imported'))
    end as title,
    case variant
        when 'task instance' then coalesce(mapping.text_at(payload, '{note}'), mapping.text_at(payload, '{exception}'), mapping.text_at(payload, '{error}'))
        when 'DAG run' then mapping.text_at(payload, '{note}')
        when 'import error' then mapping.text_at(payload, '{stack_trace}')
    end as body,
    case variant
        when 'task instance' then mapping.text_at(payload, '{state}')
        when 'DAG run' then mapping.text_at(payload, '{state}')
        when 'import error' then 'failed'
    end as severity_value,
    case variant
        when 'task instance' then mapping.text_at(payload, '{state}')
        when 'DAG run' then mapping.text_at(payload, '{state}')
        when 'import error' then 'failed'
    end as status_value,
    case variant
        when 'task instance' then mapping.text_at(payload, '{dag_id}')
        when 'DAG run' then mapping.text_at(payload, '{dag_id}')
        when 'import error' then nullif(substring(mapping.text_at(payload, '{filename}') from '([^/.]+)(?:\.\w+)?$'), '')
    end as service,
    case variant
        when 'task instance' then coalesce(mapping.text_at(payload, '{operator}'), 'task_failed')
        when 'DAG run' then 'dag_run_failed'
        when 'import error' then coalesce(nullif(substring(nullif(substring(mapping.text_at(payload, '{stack_trace}') from '(?:^|\n)([A-Za-z_][\w.]*(?:: [^\n]*)?)\s*$'), '') from '^([\w.]+)'), ''), 'import_error')
    end as error_type,
    case variant when 'task instance' then coalesce(mapping.text_at(payload, '{owner}'), mapping.text_at(payload, '{owners,0}')) end as team,
    case variant
        when 'task instance' then mapping.text_at(payload, '{environment}')
        when 'DAG run' then mapping.text_at(payload, '{environment}')
    end as environment,
    case variant when 'task instance' then mapping.text_at(payload, '{log_url}') end as external_url,
    case variant
        when 'task instance' then coalesce(mapping.instant_at(payload, '{start_date}'), mapping.instant_at(payload, '{execution_date}'), mapping.instant_at(payload, '{logical_date}'))
        when 'DAG run' then coalesce(mapping.instant_at(payload, '{start_date}'), mapping.instant_at(payload, '{queued_at}'), mapping.instant_at(payload, '{logical_date}'), mapping.instant_at(payload, '{execution_date}'))
        when 'import error' then mapping.instant_at(payload, '{timestamp}')
    end as source_created_at,
    case variant
        when 'task instance' then mapping.instant_at(payload, '{end_date}')
        when 'DAG run' then coalesce(mapping.instant_at(payload, '{end_date}'), mapping.instant_at(payload, '{last_scheduling_decision}'))
    end as resolved_at,
    case variant
        when 'task instance' then jsonb_strip_nulls(jsonb_build_object('task', payload #> '{task_id}', 'try_number', payload #> '{try_number}', 'run', payload #> '{dag_run_id}', 'host', payload #> '{hostname}'))
        when 'DAG run' then jsonb_strip_nulls(jsonb_build_object('run', payload #> '{dag_run_id}', 'run_type', payload #> '{run_type}', 'triggered_by', payload #> '{triggered_by}'))
        when 'import error' then jsonb_strip_nulls(jsonb_build_object('file', payload #> '{filename}', 'bundle', payload #> '{bundle_name}'))
        else '{}'::jsonb
    end as attributes
from variants
