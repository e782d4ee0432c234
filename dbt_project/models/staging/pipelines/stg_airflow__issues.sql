{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('airflow', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('task_id') }} and {{ has_value('dag_id') }}) then 'task instance'
            when ({{ has_value('dag_run_id') }} and {{ has_value('dag_id') }}) then 'DAG run'
        end as variant
    from records

)

select
    {{ record_columns('airflow') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'task instance' then ({{ text_at('dag_id') }} || '.' || {{ text_at('task_id') }} || ' ' || {{ text_at('state') }}) when 'DAG run' then ({{ text_at('dag_id') }} || ' ' || {{ text_at('state') }}) end as title,
    case variant when 'task instance' then coalesce({{ text_at('note') }}, {{ text_at('exception') }}, {{ text_at('error') }}) when 'DAG run' then {{ text_at('note') }} end as body,
    case variant when 'task instance' then {{ text_at('state') }} when 'DAG run' then {{ text_at('state') }} end as severity_value,
    case variant when 'task instance' then {{ text_at('state') }} when 'DAG run' then {{ text_at('state') }} end as status_value,
    case variant when 'task instance' then {{ text_at('dag_id') }} when 'DAG run' then {{ text_at('dag_id') }} end as service,
    case variant when 'task instance' then coalesce({{ text_at('operator') }}, 'task_failed') when 'DAG run' then 'dag_run_failed' end as error_type,
    case variant when 'task instance' then coalesce({{ text_at('owner') }}, {{ text_at('owners.0') }}) end as team,
    case variant when 'task instance' then {{ text_at('environment') }} when 'DAG run' then {{ text_at('environment') }} end as environment,
    case variant when 'task instance' then {{ text_at('log_url') }} end as external_url,
    case variant when 'task instance' then coalesce({{ instant_at('start_date') }}, {{ instant_at('execution_date') }}, {{ instant_at('logical_date') }}) when 'DAG run' then coalesce({{ instant_at('start_date') }}, {{ instant_at('queued_at') }}, {{ instant_at('logical_date') }}, {{ instant_at('execution_date') }}) end as source_created_at,
    case variant when 'task instance' then {{ instant_at('end_date') }} when 'DAG run' then coalesce({{ instant_at('end_date') }}, {{ instant_at('last_scheduling_decision') }}) end as resolved_at,
    case variant when 'task instance' then jsonb_strip_nulls(jsonb_build_object('task', {{ value_at('task_id') }}, 'try_number', {{ value_at('try_number') }}, 'run', {{ value_at('dag_run_id') }}, 'host', {{ value_at('hostname') }})) when 'DAG run' then jsonb_strip_nulls(jsonb_build_object('run', {{ value_at('dag_run_id') }}, 'run_type', {{ value_at('run_type') }}, 'triggered_by', {{ value_at('triggered_by') }})) else '{}'::jsonb end as attributes
from variants
