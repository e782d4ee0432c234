{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('librenms', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (({{ has_value('title') }} or {{ has_value('name') }} or {{ has_value('rule_id') }}) and ({{ has_value('state') }} or {{ has_value('severity') }})) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('librenms') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce({{ text_at('title') }}, ({{ text_at('hostname') }} || ': ' || {{ text_at('name') }}), ('Rule ' || {{ text_at('rule_id') }} || ' on device ' || {{ text_at('device_id') }})) end as title,
    case variant when 'alert' then coalesce({{ text_at('msg') }}, {{ text_at('faults') }}, {{ text_at('notes') }}, {{ text_at('info') }}) end as body,
    case variant when 'alert' then {{ text_at('severity') }} end as severity_value,
    case variant when 'alert' then ('state ' || {{ text_at('state') }}) end as status_value,
    case variant when 'alert' then coalesce({{ text_at('sysName') }}, {{ text_at('hostname') }}, {{ text_at('device_id') }}) end as service,
    case variant when 'alert' then coalesce({{ text_at('name') }}, {{ text_at('rule_id') }}) end as error_type,
    case variant when 'alert' then {{ text_at('sysContact') }} end as team,
    case variant when 'alert' then {{ text_at('location') }} end as environment,
    null::text as external_url,
    case variant when 'alert' then {{ instant_at('timestamp') }} end as source_created_at,
    case variant when 'alert' then {{ instant_at('timestamp') }} end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', {{ value_at('rule_id') }}, 'device', {{ value_at('device_id') }}, 'hardware', {{ value_at('hardware') }})) else '{}'::jsonb end as attributes
from variants
