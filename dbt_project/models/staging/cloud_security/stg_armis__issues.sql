{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('armis', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('alertId') }} and ({{ has_value('title') }} or {{ has_value('type') }} or {{ has_value('description') }})) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('armis') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce({{ text_at('title') }}, {{ text_at('description') }}, {{ text_at('type') }}) end as title,
    case variant when 'alert' then coalesce({{ text_at('description') }}, {{ text_at('classification') }}) end as body,
    case variant when 'alert' then {{ text_at('severity') }} end as severity_value,
    case variant when 'alert' then {{ text_at('status') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('affectedDevicesNames.0') }}, {{ text_at('deviceNames.0') }}, {{ text_at('policyTitle') }}, {{ text_at('deviceIds.0') }}) end as service,
    case variant when 'alert' then coalesce({{ text_at('type') }}, {{ text_at('classification') }}) end as error_type,
    case variant when 'alert' then coalesce({{ text_at('policyOwner') }}, {{ text_at('assignee') }}) end as team,
    null::text as environment,
    case variant when 'alert' then coalesce({{ text_at('alertUrl') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'alert' then coalesce({{ instant_at('time') }}, {{ instant_at('createdTime') }}) end as source_created_at,
    case variant when 'alert' then coalesce({{ instant_at('statusChangeTime') }}, {{ instant_at('lastAlertUpdateTime') }}) end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('policy', {{ value_at('policyId') }}, 'devices', {{ value_at('deviceIds') }}, 'activities', {{ value_at('activityUUIDs') }})) else '{}'::jsonb end as attributes
from variants
