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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'carbon_black'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'carbon_black') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'carbon_black' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{severity}') and (mapping.has_value(payload, '{reason}') or mapping.has_value(payload, '{reason_code}') or mapping.has_value(payload, '{workflow}'))) then 'alert'
            when (mapping.has_value(payload, '{ruleName}') and (mapping.has_value(payload, '{threatInfo}') or mapping.has_value(payload, '{policyAction}') or mapping.has_value(payload, '{threatHunterInfo}'))) then 'notification'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'carbon_black'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{reason}'), mapping.text_at(payload, '{watchlists,0,name}'), mapping.text_at(payload, '{report_name}'), mapping.text_at(payload, '{reason_code}'), mapping.text_at(payload, '{type}'))
        when 'notification' then coalesce(mapping.text_at(payload, '{threatInfo,summary}'), mapping.text_at(payload, '{threatHunterInfo,reportName}'), mapping.text_at(payload, '{policyAction,reputation}'), mapping.text_at(payload, '{ruleName}'))
    end as title,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{report_description}'), mapping.text_at(payload, '{process_cmdline}'), mapping.text_at(payload, '{threat_cause_actor_name}'))
        when 'notification' then mapping.text_at(payload, '{eventDescription}')
    end as body,
    case variant
        when 'alert' then case when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 8 then 'critical' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 6 then 'high' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 4 then 'medium' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 0 then 'low' end
        when 'notification' then case when case when coalesce(mapping.text_at(payload, '{threatInfo,score}'), mapping.text_at(payload, '{threatHunterInfo,score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threatInfo,score}'), mapping.text_at(payload, '{threatHunterInfo,score}')))::numeric end >= 8 then 'critical' when case when coalesce(mapping.text_at(payload, '{threatInfo,score}'), mapping.text_at(payload, '{threatHunterInfo,score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threatInfo,score}'), mapping.text_at(payload, '{threatHunterInfo,score}')))::numeric end >= 6 then 'high' when case when coalesce(mapping.text_at(payload, '{threatInfo,score}'), mapping.text_at(payload, '{threatHunterInfo,score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threatInfo,score}'), mapping.text_at(payload, '{threatHunterInfo,score}')))::numeric end >= 4 then 'medium' when case when coalesce(mapping.text_at(payload, '{threatInfo,score}'), mapping.text_at(payload, '{threatHunterInfo,score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{threatInfo,score}'), mapping.text_at(payload, '{threatHunterInfo,score}')))::numeric end >= 0 then 'low' end
    end as severity_value,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{workflow,status}'), mapping.text_at(payload, '{workflow,state}')) end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{device_name}'), mapping.text_at(payload, '{k8s_workload_name}'))
        when 'notification' then mapping.text_at(payload, '{deviceInfo,deviceName}')
    end as service,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{attack_technique}'), mapping.text_at(payload, '{attack_tactic}'), mapping.text_at(payload, '{threat_cause_vector}'), mapping.text_at(payload, '{reason_code}'), mapping.text_at(payload, '{type}'))
        when 'notification' then coalesce(mapping.text_at(payload, '{threatInfo,threatCause,reason}'), mapping.text_at(payload, '{type}'))
    end as error_type,
    case variant
        when 'alert' then mapping.text_at(payload, '{device_policy}')
        when 'notification' then mapping.text_at(payload, '{deviceInfo,groupName}')
    end as team,
    null::text as environment,
    case variant
        when 'alert' then mapping.text_at(payload, '{alert_url}')
        when 'notification' then mapping.text_at(payload, '{url}')
    end as external_url,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{detection_timestamp}'), mapping.instant_at(payload, '{backend_timestamp}'), mapping.instant_at(payload, '{create_time}'), mapping.instant_at(payload, '{first_event_timestamp}'))
        when 'notification' then mapping.epoch_at(payload, '{eventTime}', 1000)
    end as source_created_at,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{workflow,change_timestamp}'), mapping.instant_at(payload, '{workflow,last_update_time}'), mapping.instant_at(payload, '{backend_update_timestamp}')) end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{type}', 'determination', payload #> '{determination,value}', 'process', payload #> '{process_name}', 'threat', payload #> '{threat_id}', 'techniques', payload #> '{ttps}'))
        else '{}'::jsonb
    end as attributes
from variants
