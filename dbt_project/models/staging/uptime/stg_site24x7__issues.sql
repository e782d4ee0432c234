{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('site24x7', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('MONITORNAME') }} and {{ has_value('STATUS') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('site24x7') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then ({{ text_at('MONITORNAME') }} || ' is ' || {{ text_at('STATUS') }}) end as title,
    case variant when 'alert' then coalesce({{ text_at('INCIDENT_REASON') }}, {{ text_at('REASON') }}) end as body,
    case variant when 'alert' then {{ text_at('STATUS') }} end as severity_value,
    case variant when 'alert' then {{ text_at('STATUS') }} end as status_value,
    case variant when 'alert' then {{ text_at('MONITORNAME') }} end as service,
    case variant when 'alert' then coalesce({{ text_at('INCIDENT_REASON') }}, {{ text_at('MONITORTYPE') }}) end as error_type,
    case variant when 'alert' then coalesce({{ text_at('MONITOR_GROUPNAME') }}, {{ text_at('GROUP_TAGS') }}) end as team,
    case variant when 'alert' then {{ text_at('FAILED_LOCATIONS') }} end as environment,
    case variant when 'alert' then coalesce({{ text_at('MONITOR_DASHBOARD_LINK') }}, {{ text_at('RCA_LINK') }}, {{ text_at('MONITORURL') }}) end as external_url,
    case variant when 'alert' then coalesce({{ instant_at('INCIDENT_TIME_ISO') }}, {{ milliseconds_at('OUTAGE_TIME_UNIX_FORMAT') }}) end as source_created_at,
    case variant when 'alert' then {{ instant_at('INCIDENT_TIME_ISO') }} end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('type', {{ value_at('MONITORTYPE') }}, 'url', {{ value_at('MONITORURL') }}, 'report', {{ value_at('RCA_LINK') }})) else '{}'::jsonb end as attributes
from variants
