{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('hetrixtools', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('monitor_id') }} and {{ has_value('monitor_status') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('hetrixtools') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then ({{ text_at('monitor_name') }} || ' is ' || {{ text_at('monitor_status') }}) end as title,
    case variant when 'alert' then coalesce({{ text_at('monitor_errors.New York') }}, {{ text_at('monitor_errors') }}) end as body,
    case variant when 'alert' then {{ text_at('monitor_status') }} end as severity_value,
    case variant when 'alert' then {{ text_at('monitor_status') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('monitor_name') }}, {{ text_at('monitor_target') }}) end as service,
    case variant when 'alert' then {{ text_at('monitor_type') }} end as error_type,
    case variant when 'alert' then {{ text_at('monitor_category') }} end as team,
    null::text as environment,
    case variant when 'alert' then {{ text_at('monitor_target') }} end as external_url,
    case variant when 'alert' then {{ seconds_at('timestamp') }} end as source_created_at,
    case variant when 'alert' then {{ seconds_at('timestamp') }} end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('category', {{ value_at('monitor_category') }}, 'errors', {{ value_at('monitor_errors') }})) else '{}'::jsonb end as attributes
from variants
