{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('prtg', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('sensorid') }} and {{ has_value('status') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('prtg') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce(({{ text_at('device') }} || ': ' || {{ text_at('name') }} || ' is ' || {{ text_at('status') }}), ({{ text_at('name') }} || ' is ' || {{ text_at('status') }})) end as title,
    case variant when 'alert' then {{ text_at('message') }} end as body,
    case variant when 'alert' then coalesce({{ text_at('priority') }}, {{ text_at('status') }}) end as severity_value,
    case variant when 'alert' then {{ text_at('status') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('device') }}, {{ text_at('name') }}) end as service,
    case variant when 'alert' then {{ text_at('sensor') }} end as error_type,
    case variant when 'alert' then {{ text_at('group') }} end as team,
    null::text as environment,
    case variant when 'alert' then coalesce({{ text_at('linksensor') }}, {{ text_at('linkdevice') }}) end as external_url,
    case variant when 'alert' then {{ instant_at('datetime') }} end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('down', {{ value_at('down') }}, 'probe', {{ value_at('probe') }})) else '{}'::jsonb end as attributes
from variants
