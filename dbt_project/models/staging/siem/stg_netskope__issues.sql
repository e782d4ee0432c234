{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('netskope', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('alert_name') }} and ({{ has_value('alert_type') }} or {{ has_value('alert') }} or {{ has_value('type') }})) then 'alert'
            when (kind in ('audit') and {{ has_value('audit_log_event') }}) then 'refused administrator action'
        end as variant
    from records

)

select
    {{ record_columns('netskope') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then {{ text_at('alert_name') }} when 'refused administrator action' then {{ text_at('audit_log_event') }} end as title,
    case variant when 'alert' then coalesce({{ text_at('dlp_rule') }}, {{ text_at('malware_name') }}, {{ text_at('policy') }}, {{ text_at('activity') }}) end as body,
    case variant when 'alert' then coalesce({{ text_at('severity') }}, {{ text_at('dlp_rule_severity') }}, {{ text_at('malware_severity') }}, {{ text_at('severity_level') }}, ('level ' || {{ text_at('severity_level_id') }})) when 'refused administrator action' then ('audit level ' || {{ text_at('severity_level') }}) end as severity_value,
    case variant when 'alert' then case when coalesce(lower({{ text_at('acked') }}) in ('true'), false) then 'acknowledged' else 'new' end when 'refused administrator action' then 'failed' end as status_value,
    case variant when 'alert' then coalesce({{ text_at('app') }}, {{ text_at('appcategory') }}, {{ text_at('site') }}) when 'refused administrator action' then {{ text_at('type') }} end as service,
    case variant when 'alert' then coalesce({{ text_at('alert_type') }}, {{ text_at('category') }}, {{ text_at('type') }}) when 'refused administrator action' then coalesce({{ text_at('supporting_data.data_type') }}, {{ text_at('type') }}) end as error_type,
    case variant when 'alert' then {{ text_at('organization_unit') }} end as team,
    null::text as environment,
    case variant when 'alert' then coalesce({{ text_at('incident_url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'alert' then coalesce(coalesce({{ seconds_at('timestamp') }}, {{ seconds_at('_insertion_epoch_timestamp') }}), {{ instant_at('timestamp') }}) when 'refused administrator action' then coalesce(coalesce({{ seconds_at('timestamp') }}, {{ seconds_at('_insertion_epoch_timestamp') }}), {{ instant_at('timestamp') }}) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('user') }}, 'policy', {{ value_at('policy') }}, 'action', {{ value_at('action') }}, 'activity', {{ value_at('activity') }})) when 'refused administrator action' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('user') }})) else '{}'::jsonb end as attributes
from variants
