{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('databricks', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('event_type') }} and ({{ has_value('run') }} or {{ has_value('job') }})) then 'notification'
            when ({{ has_value('serviceName') }} and {{ has_value('actionName') }}) then 'failed action'
            when ({{ has_value('run_id') }} and ({{ has_value('state') }} or {{ has_value('status') }})) then 'run'
        end as variant
    from records

)

select
    {{ record_columns('databricks') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'notification' then coalesce(({{ text_at('job.name') }} || ': ' || {{ text_at('event_type') }}), ('Job ' || {{ text_at('job.job_id') }} || ': ' || {{ text_at('event_type') }}), ('Run ' || {{ text_at('run.run_id') }} || ': ' || {{ text_at('event_type') }})) when 'failed action' then ({{ text_at('serviceName') }} || '.' || {{ text_at('actionName') }} || ' failed') when 'run' then coalesce(({{ text_at('run_name') }} || ' ' || {{ text_at('status.termination_details.code') }}), ({{ text_at('run_name') }} || ' ' || {{ text_at('state.result_state') }}), ({{ text_at('run_name') }} || ' ' || {{ text_at('state.life_cycle_state') }}), ('Run ' || {{ text_at('run_id') }} || ' ' || {{ text_at('state.result_state') }})) end as title,
    case variant when 'failed action' then coalesce({{ text_at('response.errorMessage') }}, {{ text_at('response.result') }}) when 'run' then coalesce({{ text_at('status.termination_details.message') }}, {{ text_at('state.state_message') }}) end as body,
    case variant when 'notification' then {{ text_at('event_type') }} when 'failed action' then 'failed' when 'run' then coalesce({{ text_at('state.result_state') }}, {{ text_at('state.life_cycle_state') }}, {{ text_at('status.termination_details.type') }}) end as severity_value,
    case variant when 'notification' then {{ text_at('event_type') }} when 'failed action' then case when coalesce(lower({{ text_at('response.statusCode') }}) in ('200'), false) then 'success' else 'failed' end when 'run' then coalesce({{ text_at('state.result_state') }}, {{ text_at('state.life_cycle_state') }}, {{ text_at('status.termination_details.type') }}, {{ text_at('status.state') }}) end as status_value,
    case variant when 'notification' then coalesce({{ text_at('job.name') }}, {{ text_at('job.job_id') }}) when 'failed action' then {{ text_at('serviceName') }} when 'run' then coalesce({{ text_at('run_name') }}, {{ text_at('job_id') }}) end as service,
    case variant when 'notification' then {{ text_at('event_type') }} when 'failed action' then ({{ text_at('serviceName') }} || '.' || {{ text_at('actionName') }}) when 'run' then coalesce({{ text_at('status.termination_details.code') }}, {{ text_at('state.result_state') }}) end as error_type,
    case variant when 'notification' then {{ text_at('workspace_id') }} when 'failed action' then {{ text_at('userIdentity.email') }} when 'run' then {{ text_at('creator_user_name') }} end as team,
    case variant when 'failed action' then {{ text_at('workspaceId') }} end as environment,
    case variant when 'notification' then {{ text_at('run.run_page_url') }} when 'run' then {{ text_at('run_page_url') }} end as external_url,
    case variant when 'failed action' then {{ milliseconds_at('timestamp') }} when 'run' then {{ milliseconds_at('start_time') }} end as source_created_at,
    case variant when 'run' then {{ milliseconds_at('end_time') }} end as resolved_at,
    case variant when 'notification' then jsonb_strip_nulls(jsonb_build_object('job', {{ value_at('job.job_id') }}, 'run', {{ value_at('run.run_id') }}, 'workspace', {{ value_at('workspace_id') }})) when 'failed action' then jsonb_strip_nulls(jsonb_build_object('user', {{ value_at('userIdentity.email') }}, 'address', {{ value_at('sourceIPAddress') }})) when 'run' then jsonb_strip_nulls(jsonb_build_object('job', {{ value_at('job_id') }}, 'trigger', {{ value_at('trigger') }}, 'attempt', {{ value_at('attempt_number') }})) else '{}'::jsonb end as attributes
from variants
