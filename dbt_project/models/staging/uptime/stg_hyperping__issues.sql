{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('hyperping', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('event') }} and {{ has_value('check.url') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('hyperping') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then ({{ text_at('check.url') }} || ': ' || {{ text_at('event') }}) end as title,
    case variant when 'alert' then {{ text_at('pings.0.statusMessage') }} end as body,
    case variant when 'alert' then {{ text_at('event') }} end as severity_value,
    case variant when 'alert' then {{ text_at('event') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('check.name') }}, {{ text_at('check.url') }}) end as service,
    case variant when 'alert' then ('HTTP ' || {{ text_at('check.status') }}) end as error_type,
    null::text as team,
    case variant when 'alert' then {{ text_at('pings.0.location') }} end as environment,
    case variant when 'alert' then {{ text_at('check.url') }} end as external_url,
    case variant when 'alert' then {{ milliseconds_at('check.date') }} end as source_created_at,
    case variant when 'alert' then {{ milliseconds_at('check.date') }} end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('downtime', {{ value_at('check.downtime') }}, 'status_code', {{ value_at('check.status') }})) else '{}'::jsonb end as attributes
from variants
