-- Generated from connectors/tools by `causeloop connectors generate`.
with records as (

    select r.*
    from (
        select distinct p.workspace_id, p.source, r.external_id
        from {{ source('raw', 'pending_record') }} as p
        cross join lateral (
            select r.external_id
            from {{ source('raw', 'record') }} as r
            where r.workspace_id = p.workspace_id and r.record_id = p.record_id
            offset 0
        ) as r
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'netskope'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'netskope') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'netskope' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alert_name}') and (mapping.has_value(payload, '{alert_type}') or mapping.has_value(payload, '{alert}') or mapping.has_value(payload, '{type}'))) then 'alert'
            when (mapping.has_value(payload, '{dlp_incident_id}') and mapping.has_value(payload, '{status}') and not mapping.has_value(payload, '{alert_name}')) then 'DLP incident'
            when (kind in ('audit') and mapping.has_value(payload, '{audit_log_event}')) then 'refused administrator action'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'netskope'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then mapping.text_at(payload, '{alert_name}')
        when 'DLP incident' then nullif(concat_ws(': ', mapping.text_at(payload, '{dlp_match_info,0,dlp_policy}'), coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{object}'))), '')
        when 'refused administrator action' then mapping.text_at(payload, '{audit_log_event}')
    end as title,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{dlp_rule}'), mapping.text_at(payload, '{malware_name}'), mapping.text_at(payload, '{policy}'), mapping.text_at(payload, '{activity}'))
        when 'DLP incident' then mapping.text_at(payload, '{activity}')
    end as body,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{dlp_rule_severity}'), mapping.text_at(payload, '{malware_severity}'), mapping.text_at(payload, '{severity_level}'), ('level ' || mapping.text_at(payload, '{severity_level_id}')))
        when 'DLP incident' then mapping.text_at(payload, '{severity}')
        when 'refused administrator action' then ('audit level ' || mapping.text_at(payload, '{severity_level}'))
    end as severity_value,
    case variant
        when 'alert' then case when coalesce(lower(mapping.text_at(payload, '{acked}')) in ('true'), false) then 'acknowledged' else 'new' end
        when 'DLP incident' then mapping.text_at(payload, '{status}')
        when 'refused administrator action' then 'failed'
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{app}'), mapping.text_at(payload, '{appcategory}'), mapping.text_at(payload, '{site}'))
        when 'DLP incident' then coalesce(mapping.text_at(payload, '{app}'), mapping.text_at(payload, '{site}'))
        when 'refused administrator action' then mapping.text_at(payload, '{type}')
    end as service,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{alert_type}'), mapping.text_at(payload, '{category}'), mapping.text_at(payload, '{type}'))
        when 'DLP incident' then coalesce(mapping.text_at(payload, '{dlp_match_info,0,dlp_rules,0,dlp_rule_name}'), mapping.text_at(payload, '{dlp_match_info,0,dlp_profile_name}'))
        when 'refused administrator action' then coalesce(mapping.text_at(payload, '{supporting_data,data_type}'), mapping.text_at(payload, '{type}'))
    end as error_type,
    case variant when 'alert' then mapping.text_at(payload, '{organization_unit}') end as team,
    null::text as environment,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{incident_url}'), mapping.text_at(payload, '{url}')) end as external_url,
    case variant
        when 'alert' then coalesce(coalesce(mapping.epoch_at(payload, '{timestamp}', 1), mapping.epoch_at(payload, '{_insertion_epoch_timestamp}', 1)), mapping.instant_at(payload, '{timestamp}'))
        when 'DLP incident' then coalesce(coalesce(mapping.epoch_at(payload, '{timestamp}', 1), mapping.epoch_at(payload, '{_insertion_epoch_timestamp}', 1)), mapping.instant_at(payload, '{timestamp}'))
        when 'refused administrator action' then coalesce(coalesce(mapping.epoch_at(payload, '{timestamp}', 1), mapping.epoch_at(payload, '{_insertion_epoch_timestamp}', 1)), mapping.instant_at(payload, '{timestamp}'))
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{user}', 'policy', payload #> '{policy}', 'action', payload #> '{action}', 'activity', payload #> '{activity}'))
        when 'DLP incident' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{user}', 'policy', payload #> '{dlp_match_info,0,dlp_policy}', 'activity', payload #> '{activity}'))
        when 'refused administrator action' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{user}'))
        else '{}'::jsonb
    end as attributes
from variants
