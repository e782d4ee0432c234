{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('cortex_xdr', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('incident_id') }} and ({{ has_value('creation_time') }} or {{ has_value('xdr_url') }} or {{ has_value('alert_count') }})) then 'incident'
            when (({{ has_value('alert_id') }} or {{ has_value('external_id') }}) and ({{ has_value('name') }} or {{ has_value('alert_name') }})) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('cortex_xdr') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then coalesce({{ text_at('incident_name') }}, {{ text_at('description') }}, {{ text_at('incident_id') }}) when 'alert' then coalesce({{ text_at('name') }}, {{ text_at('alert_name') }}, {{ text_at('description') }}) end as title,
    case variant when 'incident' then coalesce({{ text_at('manual_description') }}, {{ text_at('description') }}) when 'alert' then coalesce({{ text_at('description') }}, {{ text_at('alert_description') }}) end as body,
    case variant when 'incident' then coalesce({{ text_at('manual_severity') }}, {{ text_at('severity') }}) when 'alert' then {{ text_at('severity') }} end as severity_value,
    case variant when 'incident' then {{ text_at('status') }} when 'alert' then coalesce({{ text_at('resolution_status') }}, {{ text_at('alert_resolution_status') }}) end as status_value,
    case variant when 'incident' then nullif(substring(coalesce({{ text_at('hosts.0') }}, {{ text_at('incident_sources.0') }}) from '^([^:]+)'), '') when 'alert' then coalesce({{ text_at('host_name') }}, {{ text_at('endpoint_id') }}, {{ text_at('source') }}) end as service,
    case variant when 'incident' then coalesce({{ text_at('mitre_techniques_ids_and_names.0') }}, {{ text_at('alert_categories.0') }}) when 'alert' then coalesce({{ text_at('category') }}, {{ text_at('mitre_technique_id_and_name.0') }}, {{ text_at('mitre_technique_id_and_name') }}) end as error_type,
    case variant when 'incident' then coalesce({{ text_at('assigned_user_pretty_name') }}, {{ text_at('assigned_user_mail') }}) end as team,
    null::text as environment,
    case variant when 'incident' then {{ text_at('xdr_url') }} end as external_url,
    case variant when 'incident' then coalesce({{ milliseconds_at('creation_time') }}, {{ milliseconds_at('detection_time') }}) when 'alert' then coalesce({{ milliseconds_at('detection_timestamp') }}, {{ milliseconds_at('local_insert_ts') }}, {{ milliseconds_at('event_timestamp.0') }}) end as source_created_at,
    case variant when 'incident' then coalesce({{ milliseconds_at('resolved_timestamp') }}, {{ milliseconds_at('modification_time') }}) when 'alert' then {{ milliseconds_at('last_modified_ts') }} end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('alert_count', {{ value_at('alert_count') }}, 'resolve_comment', {{ value_at('resolve_comment') }}, 'sources', {{ value_at('incident_sources') }}, 'users', {{ value_at('users') }})) when 'alert' then jsonb_strip_nulls(jsonb_build_object('source', {{ value_at('source') }}, 'action', {{ value_at('action_pretty') }}, 'case', {{ value_at('case_id') }})) else '{}'::jsonb end as attributes
from variants
