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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'pagerduty'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'pagerduty') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'pagerduty' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{incident,status}') and mapping.has_value(payload, '{incident,id}')) then 'webhook of version 2'
            when (mapping.has_value(payload, '{data,incident,status}') and mapping.has_value(payload, '{data,incident,id}')) then 'webhook of version 1'
            when (mapping.has_value(payload, '{event_action}') or mapping.has_value(payload, '{service_key}')) then 'event of the Events API'
            when (mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{alert_key}')) then 'alert'
            when (mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{incident_number}') or mapping.has_value(payload, '{number}'))) then 'incident'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'pagerduty'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook of version 2' then coalesce(mapping.text_at(payload, '{incident,title}'), mapping.text_at(payload, '{incident,summary}'), mapping.text_at(payload, '{incident,trigger_summary_data,subject}'), mapping.text_at(payload, '{incident,trigger_summary_data,description}'))
        when 'webhook of version 1' then coalesce(mapping.text_at(payload, '{data,incident,title}'), mapping.text_at(payload, '{data,incident,summary}'), mapping.text_at(payload, '{data,incident,trigger_summary_data,subject}'), mapping.text_at(payload, '{data,incident,trigger_summary_data,description}'))
        when 'event of the Events API' then coalesce(mapping.text_at(payload, '{summary}'), mapping.text_at(payload, '{payload,summary}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{dedup_key}'), mapping.text_at(payload, '{incident_key}'))
        when 'alert' then mapping.text_at(payload, '{summary}')
        when 'incident' then coalesce(mapping.text_at(payload, '{title}'), nullif(substring(mapping.text_at(payload, '{summary}') from '^(?:\[#\d+\] )?(.+)$'), ''), mapping.text_at(payload, '{trigger_summary_data,subject}'))
    end as title,
    case variant
        when 'webhook of version 2' then nullif(mapping.text_at(payload, '{incident,description}'), mapping.text_at(payload, '{incident,title}'))
        when 'webhook of version 1' then nullif(mapping.text_at(payload, '{data,incident,description}'), mapping.text_at(payload, '{data,incident,title}'))
        when 'alert' then nullif(mapping.text_at(payload, '{body,details,description}'), mapping.text_at(payload, '{summary}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{body,details}'), nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{title}')))
    end as body,
    case variant
        when 'webhook of version 2' then coalesce(mapping.text_at(payload, '{incident,priority,summary}'), mapping.text_at(payload, '{incident,priority,name}'), ('urgency ' || mapping.text_at(payload, '{incident,urgency}')))
        when 'webhook of version 1' then coalesce(mapping.text_at(payload, '{data,incident,priority,summary}'), mapping.text_at(payload, '{data,incident,priority,name}'), ('urgency ' || mapping.text_at(payload, '{data,incident,urgency}')))
        when 'event of the Events API' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{payload,severity}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{priority,summary}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{priority,summary}'), mapping.text_at(payload, '{priority,name}'), ('urgency ' || mapping.text_at(payload, '{urgency}')))
    end as severity_value,
    case variant
        when 'webhook of version 2' then mapping.text_at(payload, '{incident,status}')
        when 'webhook of version 1' then mapping.text_at(payload, '{data,incident,status}')
        when 'event of the Events API' then coalesce(mapping.text_at(payload, '{event_action}'), mapping.text_at(payload, '{event_type}'))
        when 'alert' then mapping.text_at(payload, '{status}')
        when 'incident' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'webhook of version 2' then coalesce(mapping.text_at(payload, '{incident,service,summary}'), mapping.text_at(payload, '{incident,service,name}'))
        when 'webhook of version 1' then coalesce(mapping.text_at(payload, '{data,incident,service,summary}'), mapping.text_at(payload, '{data,incident,service,name}'))
        when 'event of the Events API' then coalesce(mapping.text_at(payload, '{custom_details,service}'), mapping.text_at(payload, '{component}'), mapping.text_at(payload, '{payload,component}'), mapping.text_at(payload, '{source}'), mapping.text_at(payload, '{payload,source}'))
        when 'alert' then mapping.text_at(payload, '{service,summary}')
        when 'incident' then coalesce(mapping.text_at(payload, '{service,summary}'), mapping.text_at(payload, '{service,name}'))
    end as service,
    case variant
        when 'event of the Events API' then coalesce(mapping.text_at(payload, '{class}'), mapping.text_at(payload, '{payload,class}'))
        when 'alert' then mapping.text_at(payload, '{body,cef_details,event_class}')
    end as error_type,
    case variant
        when 'webhook of version 2' then coalesce(mapping.text_at(payload, '{incident,teams,0,summary}'), mapping.text_at(payload, '{incident,teams,0,name}'))
        when 'webhook of version 1' then coalesce(mapping.text_at(payload, '{data,incident,teams,0,summary}'), mapping.text_at(payload, '{data,incident,teams,0,name}'))
        when 'event of the Events API' then mapping.text_at(payload, '{custom_details,team}')
        when 'incident' then mapping.text_at(payload, '{teams,0,summary}')
    end as team,
    case variant when 'event of the Events API' then coalesce(mapping.text_at(payload, '{custom_details,environment}'), mapping.text_at(payload, '{custom_details,env}')) end as environment,
    case variant
        when 'webhook of version 2' then mapping.text_at(payload, '{incident,html_url}')
        when 'webhook of version 1' then mapping.text_at(payload, '{data,incident,html_url}')
        when 'event of the Events API' then coalesce(mapping.text_at(payload, '{client_url}'), mapping.text_at(payload, '{links,0,href}'))
        when 'alert' then mapping.text_at(payload, '{html_url}')
        when 'incident' then mapping.text_at(payload, '{html_url}')
    end as external_url,
    case variant
        when 'webhook of version 2' then coalesce(mapping.instant_at(payload, '{incident,created_at}'), mapping.instant_at(payload, '{incident,created_on}'))
        when 'webhook of version 1' then coalesce(mapping.instant_at(payload, '{data,incident,created_at}'), mapping.instant_at(payload, '{data,incident,created_on}'))
        when 'event of the Events API' then mapping.instant_at(payload, '{timestamp}')
        when 'alert' then mapping.instant_at(payload, '{created_at}')
        when 'incident' then coalesce(mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{created_on}'))
    end as source_created_at,
    case variant
        when 'webhook of version 2' then coalesce(mapping.instant_at(payload, '{incident,last_status_change_at}'), mapping.instant_at(payload, '{incident,last_status_change_on}'), mapping.instant_at(payload, '{created_on}'))
        when 'webhook of version 1' then coalesce(mapping.instant_at(payload, '{data,incident,last_status_change_at}'), mapping.instant_at(payload, '{data,incident,last_status_change_on}'), mapping.instant_at(payload, '{created_on}'))
        when 'event of the Events API' then mapping.instant_at(payload, '{payload,timestamp}')
        when 'alert' then coalesce(mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'incident' then coalesce(mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{last_status_change_at}'), mapping.instant_at(payload, '{last_status_change_on}'), mapping.instant_at(payload, '{occurred_at}'))
    end as resolved_at,
    case variant
        when 'webhook of version 2' then jsonb_strip_nulls(jsonb_build_object('incident_number', payload #> '{incident,incident_number}', 'incident_key', payload #> '{incident,incident_key}', 'urgency', payload #> '{incident,urgency}', 'escalation_policy', payload #> '{incident,escalation_policy,summary}'))
        when 'webhook of version 1' then jsonb_strip_nulls(jsonb_build_object('incident_number', payload #> '{data,incident,incident_number}', 'incident_key', payload #> '{data,incident,incident_key}', 'urgency', payload #> '{data,incident,urgency}', 'escalation_policy', payload #> '{data,incident,escalation_policy,summary}'))
        when 'event of the Events API' then jsonb_strip_nulls(jsonb_build_object('details', coalesce(nullif(payload #> '{custom_details}', 'null'), nullif(payload #> '{details}', 'null')), 'source', payload #> '{source}', 'component', payload #> '{component}', 'group', payload #> '{group}', 'client', payload #> '{client}'))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('alert_key', payload #> '{alert_key}', 'incident', payload #> '{incident,id}'))
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('incident_number', coalesce(nullif(payload #> '{incident_number}', 'null'), nullif(payload #> '{number}', 'null')), 'incident_key', payload #> '{incident_key}', 'urgency', payload #> '{urgency}', 'escalation_policy', payload #> '{escalation_policy,summary}'))
        else '{}'::jsonb
    end as attributes
from variants
