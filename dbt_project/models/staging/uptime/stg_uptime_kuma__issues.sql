{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('uptime_kuma', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('heartbeat') }} or ({{ has_value('monitor') }} and {{ has_value('msg') }})) then 'heartbeat'
        end as variant
    from records

)

select
    {{ record_columns('uptime_kuma') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'heartbeat' then coalesce({{ text_at('title') }}, {{ text_at('msg') }}, ({{ text_at('monitor.name') }} || ' is ' || {{ text_at('heartbeat.status') }})) end as title,
    case variant when 'heartbeat' then coalesce({{ text_at('heartbeat.msg') }}, {{ text_at('msg') }}) end as body,
    case variant when 'heartbeat' then coalesce({{ text_at('urgency') }}, case when coalesce(lower({{ text_at('heartbeat.important') }}) in ('true', '1'), false) then 'important' else 'unimportant' end) end as severity_value,
    case variant when 'heartbeat' then ('heartbeat ' || {{ text_at('heartbeat.status') }}) end as status_value,
    case variant when 'heartbeat' then coalesce({{ text_at('monitor.name') }}, {{ text_at('monitor.hostname') }}) end as service,
    case variant when 'heartbeat' then {{ text_at('heartbeat.msg') }} end as error_type,
    null::text as team,
    case variant when 'heartbeat' then {{ tag_at('monitor.tags', 'env|environment') }} end as environment,
    case variant when 'heartbeat' then {{ text_at('monitor.url') }} end as external_url,
    case variant when 'heartbeat' then {{ instant_at('heartbeat.time') }} end as source_created_at,
    case variant when 'heartbeat' then {{ instant_at('heartbeat.time') }} end as resolved_at,
    case variant when 'heartbeat' then jsonb_strip_nulls(jsonb_build_object('type', {{ value_at('monitor.type') }}, 'duration', {{ value_at('heartbeat.duration') }})) else '{}'::jsonb end as attributes
from variants
