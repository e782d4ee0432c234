{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('auth0', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('data.type') }} and {{ has_value('data.date') }}) then 'streamed log event'
            when ({{ has_value('type') }} and {{ has_value('date') }}) then 'log event'
        end as variant
    from records

)

select
    {{ record_columns('auth0') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'streamed log event' then coalesce({{ text_at('data.description') }}, {{ text_at('data.details.error.message') }}, ('Auth0 event ' || {{ text_at('data.type') }})) when 'log event' then coalesce({{ text_at('description') }}, {{ text_at('details.error.message') }}, ('Auth0 event ' || {{ text_at('type') }})) end as title,
    case variant when 'streamed log event' then coalesce({{ text_at('data.details.error.message') }}, {{ text_at('data.details.error.oauthError') }}) when 'log event' then coalesce({{ text_at('details.error.message') }}, {{ text_at('details.error.oauthError') }}) end as body,
    case variant when 'streamed log event' then {{ text_at('data.type') }} when 'log event' then {{ text_at('type') }} end as severity_value,
    case variant when 'streamed log event' then 'failed' when 'log event' then 'failed' end as status_value,
    case variant when 'streamed log event' then coalesce({{ text_at('data.client_name') }}, {{ text_at('data.connection') }}, {{ text_at('data.client_id') }}) when 'log event' then coalesce({{ text_at('client_name') }}, {{ text_at('connection') }}, {{ text_at('client_id') }}) end as service,
    case variant when 'streamed log event' then {{ text_at('data.type') }} when 'log event' then {{ text_at('type') }} end as error_type,
    null::text as team,
    case variant when 'streamed log event' then coalesce({{ text_at('data.environment_name') }}, {{ text_at('data.tenant_name') }}) when 'log event' then coalesce({{ text_at('environment_name') }}, {{ text_at('tenant_name') }}) end as environment,
    null::text as external_url,
    case variant when 'streamed log event' then {{ instant_at('data.date') }} when 'log event' then {{ instant_at('date') }} end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'streamed log event' then jsonb_strip_nulls(jsonb_build_object('user_name', coalesce(nullif({{ value_at('data.user_name') }}, 'null'), nullif({{ value_at('data.user_id') }}, 'null')), 'ip', {{ value_at('data.ip') }}, 'connection', {{ value_at('data.connection') }})) when 'log event' then jsonb_strip_nulls(jsonb_build_object('user_name', coalesce(nullif({{ value_at('user_name') }}, 'null'), nullif({{ value_at('user_id') }}, 'null')), 'ip', {{ value_at('ip') }}, 'connection', {{ value_at('connection') }})) else '{}'::jsonb end as attributes
from variants
