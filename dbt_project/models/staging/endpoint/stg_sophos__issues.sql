{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('sophos', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('raisedAt') }} and ({{ has_value('description') }} or {{ has_value('type') }})) then 'alert'
            when ({{ has_value('detectionRule') }} and {{ has_value('sensorGeneratedAt') }}) then 'detection'
            when ({{ has_value('initialDetection') }} and {{ has_value('createdAt') }} and {{ has_value('name') }}) then 'case'
            when ({{ has_value('customer_id') }} and ({{ has_value('when') }} or {{ has_value('created_at') }})) then 'alert or event of the SIEM API'
        end as variant
    from records

)

select
    {{ record_columns('sophos') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce({{ text_at('description') }}, {{ text_at('type') }}) when 'detection' then coalesce({{ text_at('detectionDescription') }}, {{ text_at('detectionRule') }}) when 'case' then {{ text_at('name') }} when 'alert or event of the SIEM API' then coalesce({{ text_at('description') }}, {{ text_at('name') }}, {{ text_at('threat') }}, {{ text_at('type') }}) end as title,
    case variant when 'case' then {{ text_at('overview') }} end as body,
    case variant when 'alert' then {{ text_at('severity') }} when 'detection' then case when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 8 then 'critical' when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 6 then 'high' when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 4 then 'medium' when case when {{ text_at('severity') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('severity') }})::numeric end >= 0 then 'low' end when 'case' then {{ text_at('severity') }} when 'alert or event of the SIEM API' then {{ text_at('severity') }} end as severity_value,
    case variant when 'alert' then {{ text_at('status') }} when 'case' then {{ text_at('status') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('managedAgent.name') }}, {{ text_at('product') }}) when 'detection' then coalesce({{ text_at('device.entity') }}, {{ text_at('sensor.source') }}) when 'alert or event of the SIEM API' then coalesce({{ text_at('location') }}, {{ text_at('data.endpoint_id') }}, {{ text_at('source') }}) end as service,
    case variant when 'alert' then coalesce({{ text_at('type') }}, {{ text_at('category') }}) when 'detection' then coalesce({{ text_at('attackType') }}, {{ text_at('detectionAttack') }}, {{ text_at('mitreAttacks.0.tactic.name') }}) when 'case' then {{ text_at('type') }} when 'alert or event of the SIEM API' then coalesce({{ text_at('threat') }}, {{ text_at('type') }}) end as error_type,
    case variant when 'alert' then coalesce({{ text_at('person.name') }}, {{ text_at('tenant.name') }}) when 'case' then {{ text_at('assignee.name') }} when 'alert or event of the SIEM API' then {{ text_at('source') }} end as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'alert' then {{ instant_at('raisedAt') }} when 'detection' then {{ instant_at('sensorGeneratedAt') }} when 'case' then {{ instant_at('createdAt') }} when 'alert or event of the SIEM API' then coalesce({{ instant_at('when') }}, {{ instant_at('created_at') }}, {{ milliseconds_at('created_at') }}) end as source_created_at,
    case variant when 'case' then {{ instant_at('updatedAt') }} end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('category', {{ value_at('category') }}, 'product', {{ value_at('product') }}, 'allowed_actions', {{ value_at('allowedActions') }})) else '{}'::jsonb end as attributes
from variants
