{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('crisp', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('session_id') }} and {{ has_value('state') }}) then 'conversation'
            when ({{ has_value('session_id') }} and {{ has_value('data.state') }}) then 'state change'
        end as variant
    from records

)

select
    {{ record_columns('crisp') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'conversation' then coalesce({{ text_at('meta.subject') }}, {{ text_at('topic') }}, {{ text_at('last_message') }}, ('Conversation ' || {{ text_at('session_id') }})) when 'state change' then ('Conversation ' || {{ text_at('session_id') }}) end as title,
    case variant when 'conversation' then {{ text_at('last_message') }} end as body,
    case variant when 'conversation' then {{ severity_label_at('meta.segments') }} end as severity_value,
    case variant when 'conversation' then {{ text_at('state') }} when 'state change' then {{ text_at('data.state') }} end as status_value,
    case variant when 'conversation' then coalesce({{ text_at('meta.segments.0') }}, {{ text_at('website_id') }}) end as service,
    null::text as error_type,
    case variant when 'conversation' then {{ text_at('assigned.user_id') }} end as team,
    null::text as environment,
    case variant when 'conversation' then ('https://app.crisp.chat/website/' || {{ text_at('website_id') }} || '/inbox/' || {{ text_at('session_id') }} || '/') when 'state change' then ('https://app.crisp.chat/website/' || {{ text_at('website_id') }} || '/inbox/' || {{ text_at('session_id') }} || '/') end as external_url,
    case variant when 'conversation' then {{ milliseconds_at('created_at') }} end as source_created_at,
    case variant when 'conversation' then {{ milliseconds_at('updated_at') }} end as resolved_at,
    case variant when 'conversation' then jsonb_strip_nulls(jsonb_build_object('segments', {{ value_at('meta.segments') }}, 'country', {{ value_at('meta.device.geolocation.country') }})) else '{}'::jsonb end as attributes
from variants
