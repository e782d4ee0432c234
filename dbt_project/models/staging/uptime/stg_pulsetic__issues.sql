{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('pulsetic', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('alert_type') }} and {{ has_value('monitor') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('pulsetic') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce(({{ text_at('monitor.name') }} || ': ' || {{ text_at('alert_type') }}), ({{ text_at('monitor.url') }} || ': ' || {{ text_at('alert_type') }})) end as title,
    case variant when 'alert' then {{ text_at('monitor.reason') }} end as body,
    case variant when 'alert' then {{ text_at('alert_type') }} end as severity_value,
    case variant when 'alert' then {{ text_at('alert_type') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('monitor.name') }}, {{ text_at('monitor.url') }}) end as service,
    null::text as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'alert' then {{ text_at('monitor.url') }} end as external_url,
    null::timestamptz as source_created_at,
    null::timestamptz as resolved_at,
    '{}'::jsonb as attributes
from variants
