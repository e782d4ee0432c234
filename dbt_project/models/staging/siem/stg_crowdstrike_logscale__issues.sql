{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('crowdstrike_logscale', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('alert.name') }} and {{ has_value('alert.id') }}) then 'alert of a webhook action'
            when ({{ has_value('@id') }} and ({{ has_value('loglevel') }} or {{ has_value('severity') }})) then 'log event'
        end as variant
    from records

)

select
    {{ record_columns('crowdstrike_logscale') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert of a webhook action' then {{ text_at('alert.name') }} when 'log event' then coalesce({{ text_at('message') }}, {{ text_at('error') }}, {{ text_at('@rawstring') }}) end as title,
    case variant when 'alert of a webhook action' then coalesce({{ text_at('alert.description') }}, {{ text_at('alert.query.queryString') }}) when 'log event' then {{ text_at('@rawstring') }} end as body,
    case variant when 'alert of a webhook action' then coalesce({{ text_at('severity') }}, {{ text_at('alert.severity') }}, {{ text_at('events.0.severity') }}, {{ text_at('events.0.loglevel') }}) when 'log event' then coalesce({{ text_at('severity') }}, {{ text_at('loglevel') }}) end as severity_value,
    case variant when 'alert of a webhook action' then coalesce({{ text_at('status') }}, 'triggered') when 'log event' then 'triggered' end as status_value,
    case variant when 'alert of a webhook action' then coalesce({{ text_at('events.0.service') }}, {{ text_at('events.0.#service') }}, {{ text_at('events.0.#host') }}, {{ text_at('events.0.host') }}, {{ text_at('repository') }}) when 'log event' then coalesce({{ text_at('service') }}, {{ text_at('#service') }}, {{ text_at('#host') }}, {{ text_at('host') }}, {{ text_at('#repo') }}) end as service,
    case variant when 'alert of a webhook action' then coalesce({{ text_at('events.0.error') }}, {{ text_at('events.0.#type') }}) when 'log event' then coalesce({{ text_at('error') }}, {{ text_at('exception') }}, {{ text_at('#type') }}) end as error_type,
    null::text as team,
    case variant when 'alert of a webhook action' then coalesce({{ text_at('events.0.environment') }}, {{ text_at('events.0.env') }}) when 'log event' then coalesce({{ text_at('environment') }}, {{ text_at('env') }}) end as environment,
    case variant when 'alert of a webhook action' then coalesce({{ text_at('url') }}, {{ text_at('alert.url') }}) end as external_url,
    case variant when 'alert of a webhook action' then coalesce({{ milliseconds_at('timestamp') }}, {{ instant_at('timestamp') }}) when 'log event' then coalesce({{ milliseconds_at('@timestamp') }}, {{ instant_at('timestamp') }}) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'alert of a webhook action' then jsonb_strip_nulls(jsonb_build_object('repository', {{ value_at('repository') }}, 'events', {{ value_at('numberOfEvents') }}, 'labels', {{ value_at('alert.labels') }})) when 'log event' then jsonb_strip_nulls(jsonb_build_object('repository', {{ value_at('#repo') }})) else '{}'::jsonb end as attributes
from variants
