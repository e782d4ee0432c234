{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('healthchecks', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('incident_key') }} and {{ has_value('event_type') }}) then 'event'
            when ({{ has_value('name') }} and {{ has_value('status') }} and ({{ has_value('unique_key') }} or {{ has_value('ping_url') }} or {{ has_value('uuid') }} or {{ has_value('slug') }})) then 'check'
        end as variant
    from records

)

select
    {{ record_columns('healthchecks') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'event' then coalesce({{ text_at('title') }}, {{ text_at('description') }}) when 'check' then {{ text_at('name') }} end as title,
    case variant when 'event' then {{ text_at('description') }} when 'check' then {{ text_at('desc') }} end as body,
    case variant when 'event' then {{ tag_at('tags', 'severity|priority') }} when 'check' then {{ tag_at('tags', 'severity|priority') }} end as severity_value,
    case variant when 'event' then case when coalesce(lower({{ text_at('event_type') }}) in ('resolve'), false) then 'up' else case when coalesce(lower({{ text_at('event_type') }}) in ('trigger'), false) then 'down' else {{ text_at('event_type') }} end end when 'check' then {{ text_at('status') }} end as status_value,
    case variant when 'event' then coalesce({{ text_at('title') }}, {{ text_at('client') }}) when 'check' then coalesce({{ text_at('slug') }}, {{ text_at('name') }}) end as service,
    null::text as error_type,
    case variant when 'check' then {{ tag_at('tags', 'team') }} end as team,
    case variant when 'event' then {{ tag_at('tags', 'env|environment') }} when 'check' then coalesce({{ tag_at('tags', 'env|environment') }}, {{ text_at('tags') }}) end as environment,
    case variant when 'event' then {{ text_at('client_url') }} end as external_url,
    case variant when 'check' then coalesce({{ instant_at('last_ping') }}, {{ instant_at('next_ping') }}) end as source_created_at,
    case variant when 'check' then {{ instant_at('last_ping') }} end as resolved_at,
    case variant when 'check' then jsonb_strip_nulls(jsonb_build_object('schedule', {{ value_at('schedule') }}, 'tags', {{ value_at('tags') }})) else '{}'::jsonb end as attributes
from variants
