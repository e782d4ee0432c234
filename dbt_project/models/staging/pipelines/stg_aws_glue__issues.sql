{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('aws_glue', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('detail.jobName') }} and {{ has_value('detail.state') }}) then 'state change'
            when ({{ has_value('JobName') }} and {{ has_value('JobRunState') }}) then 'job run'
        end as variant
    from records

)

select
    {{ record_columns('aws_glue') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'state change' then ({{ text_at('detail.jobName') }} || ' ' || {{ text_at('detail.state') }}) when 'job run' then ({{ text_at('JobName') }} || ' ' || {{ text_at('JobRunState') }}) end as title,
    case variant when 'state change' then {{ text_at('detail.message') }} when 'job run' then {{ text_at('ErrorMessage') }} end as body,
    case variant when 'state change' then {{ text_at('detail.state') }} when 'job run' then {{ text_at('JobRunState') }} end as severity_value,
    case variant when 'state change' then {{ text_at('detail.state') }} when 'job run' then {{ text_at('JobRunState') }} end as status_value,
    case variant when 'state change' then {{ text_at('detail.jobName') }} when 'job run' then {{ text_at('JobName') }} end as service,
    case variant when 'state change' then 'glue_job_failed' when 'job run' then 'glue_job_failed' end as error_type,
    null::text as team,
    case variant when 'state change' then {{ text_at('region') }} end as environment,
    null::text as external_url,
    case variant when 'state change' then {{ instant_at('time') }} when 'job run' then coalesce({{ instant_at('StartedOn') }}, {{ seconds_at('StartedOn') }}) end as source_created_at,
    case variant when 'state change' then {{ instant_at('time') }} when 'job run' then coalesce({{ instant_at('CompletedOn') }}, {{ seconds_at('CompletedOn') }}) end as resolved_at,
    case variant when 'state change' then jsonb_strip_nulls(jsonb_build_object('account', {{ value_at('account') }}, 'region', {{ value_at('region') }})) when 'job run' then jsonb_strip_nulls(jsonb_build_object('attempt', {{ value_at('Attempt') }}, 'worker_type', {{ value_at('WorkerType') }}, 'glue_version', {{ value_at('GlueVersion') }})) else '{}'::jsonb end as attributes
from variants
