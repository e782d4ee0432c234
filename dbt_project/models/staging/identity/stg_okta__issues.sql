{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('okta', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when true then 'log entry'
        end as variant
    from records

)

select
    {{ record_columns('okta') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'log entry' then coalesce({{ text_at('displayMessage') }}, {{ text_at('eventType') }}) end as title,
    case variant when 'log entry' then {{ text_at('outcome.reason') }} end as body,
    case variant when 'log entry' then {{ text_at('severity') }} end as severity_value,
    case variant when 'log entry' then {{ text_at('outcome.result') }} end as status_value,
    case variant when 'log entry' then coalesce({{ element_at('target', 'type', 'AppInstance', 'displayName') }}, {{ text_at('target.0.displayName') }}) end as service,
    case variant when 'log entry' then {{ text_at('eventType') }} end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'log entry' then {{ instant_at('published') }} end as source_created_at,
    case variant when 'log entry' then {{ instant_at('published') }} end as resolved_at,
    case variant when 'log entry' then jsonb_strip_nulls(jsonb_build_object('actor', {{ value_at('actor.alternateId') }}, 'client_ip', {{ value_at('client.ipAddress') }}, 'region', {{ value_at('client.geographicalContext.country') }}, 'transaction_id', {{ value_at('transaction.id') }})) else '{}'::jsonb end as attributes
from variants
