{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('cloudflare', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('text') }} and ({{ has_value('alert_type') }} or {{ has_value('name') }})) then 'webhook'
            when ({{ has_value('sent') }} and {{ has_value('alert_type') }}) then 'history'
            when ({{ has_value('RayID') }} and {{ has_value('Action') }} and {{ has_value('ClientIP') }}) then 'firewall event'
        end as variant
    from records

)

select
    {{ record_columns('cloudflare') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then coalesce({{ text_at('name') }}, {{ text_at('alert_type') }}) when 'history' then coalesce({{ text_at('name') }}, {{ text_at('alert_type') }}) when 'firewall event' then coalesce(('Firewall ' || {{ text_at('Action') }} || ': ' || {{ text_at('ClientRequestMethod') }} || ' ' || {{ text_at('ClientRequestHost') }} || {{ text_at('ClientRequestPath') }}), ('Firewall ' || {{ text_at('Action') }} || ': ' || {{ text_at('ClientIP') }})) end as title,
    case variant when 'webhook' then nullif({{ text_at('text') }}, {{ text_at('name') }}) when 'history' then nullif(coalesce({{ text_at('alert_body') }}, {{ text_at('description') }}), {{ text_at('name') }}) when 'firewall event' then coalesce({{ text_at('Description') }}, {{ text_at('ClientRequestUserAgent') }}) end as body,
    case variant when 'webhook' then coalesce({{ text_at('data.severity') }}, {{ text_at('data.impact') }}, {{ text_at('data.incident_impact') }}) end as severity_value,
    case variant when 'webhook' then coalesce({{ text_at('alert_event') }}, {{ text_at('data.alert_event') }}, {{ text_at('data.status') }}, {{ text_at('data.new_health') }}, {{ text_at('data.new_status') }}) when 'history' then coalesce({{ text_at('alert_body.alert_event') }}, {{ text_at('alert_body.data.status') }}) end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('data.zone_name') }}, {{ text_at('data.zones.0.name') }}, {{ text_at('data.unreachable_zones.0.zone_name') }}, {{ text_at('data.pool_name') }}, {{ text_at('data.name') }}, {{ text_at('data.project_name') }}, {{ text_at('data.tunnel_name') }}, {{ text_at('data.hostname') }}, {{ text_at('data.affected_components.0.name') }}) when 'history' then coalesce({{ text_at('alert_body.data.zone_name') }}, {{ text_at('alert_body.data.pool_name') }}, {{ text_at('alert_body.data.name') }}) when 'firewall event' then {{ text_at('ClientRequestHost') }} end as service,
    case variant when 'webhook' then {{ text_at('alert_type') }} when 'history' then {{ text_at('alert_type') }} when 'firewall event' then coalesce({{ text_at('Source') }}, {{ text_at('Kind') }}) end as error_type,
    null::text as team,
    case variant when 'webhook' then {{ text_at('data.environment') }} end as environment,
    case variant when 'webhook' then coalesce({{ text_at('data.link') }}, {{ text_at('data.dashboard_link') }}, {{ text_at('data.dashboard_url') }}, {{ text_at('data.incident_url') }}) end as external_url,
    case variant when 'webhook' then {{ seconds_at('ts') }} when 'history' then {{ instant_at('sent') }} when 'firewall event' then coalesce({{ instant_at('Datetime') }}, {{ nanoseconds_at('Datetime') }}) end as source_created_at,
    case variant when 'webhook' then {{ seconds_at('ts') }} when 'history' then {{ instant_at('sent') }} end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('account', {{ value_at('account_id') }}, 'policy', coalesce(nullif({{ value_at('policy_id') }}, 'null'), nullif({{ value_at('policy_name') }}, 'null')))) when 'history' then jsonb_strip_nulls(jsonb_build_object('policy', {{ value_at('policy_id') }}, 'mechanism', {{ value_at('mechanism_type') }})) when 'firewall event' then jsonb_strip_nulls(jsonb_build_object('rule', {{ value_at('RuleID') }}, 'address', {{ value_at('ClientIP') }}, 'country', {{ value_at('ClientCountry') }}, 'status', {{ value_at('EdgeResponseStatus') }})) else '{}'::jsonb end as attributes
from variants
