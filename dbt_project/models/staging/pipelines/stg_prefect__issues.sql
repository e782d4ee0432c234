{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('prefect', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('flow_id') }}) then 'flow run'
        end as variant
    from records

)

select
    {{ record_columns('prefect') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'flow run' then coalesce(({{ text_at('name') }} || ': ' || {{ text_at('state.name') }}), ({{ text_at('name') }} || ': ' || {{ text_at('state_name') }}), ({{ text_at('name') }} || ': ' || {{ text_at('state_type') }}), {{ text_at('name') }}) end as title,
    case variant when 'flow run' then {{ text_at('state.message') }} end as body,
    case variant when 'flow run' then coalesce({{ text_at('state.type') }}, {{ text_at('state_type') }}) end as severity_value,
    case variant when 'flow run' then coalesce({{ text_at('state.type') }}, {{ text_at('state_type') }}) end as status_value,
    case variant when 'flow run' then coalesce({{ text_at('deployment_name') }}, {{ text_at('flow_name') }}, {{ text_at('deployment_id') }}, {{ text_at('flow_id') }}) end as service,
    case variant when 'flow run' then coalesce({{ text_at('state.name') }}, {{ text_at('state_name') }}) end as error_type,
    case variant when 'flow run' then {{ tag_at('tags', 'team') }} end as team,
    case variant when 'flow run' then coalesce({{ tag_at('tags', 'env|environment') }}, {{ text_at('work_pool_name') }}) end as environment,
    null::text as external_url,
    case variant when 'flow run' then coalesce({{ instant_at('start_time') }}, {{ instant_at('expected_start_time') }}, {{ instant_at('created') }}) end as source_created_at,
    case variant when 'flow run' then coalesce({{ instant_at('end_time') }}, {{ instant_at('updated') }}) end as resolved_at,
    case variant when 'flow run' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('tags') }}, 'run_count', {{ value_at('run_count') }}, 'work_queue', {{ value_at('work_queue_name') }})) else '{}'::jsonb end as attributes
from variants
