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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'grafana_oncall'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'grafana_oncall') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'grafana_oncall' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{state}') and (mapping.has_value(payload, '{integration_id}') or mapping.has_value(payload, '{alerts_count}') or mapping.has_value(payload, '{permalinks}'))) then 'alert group'
            when (mapping.has_value(payload, '{alert_uid}') and mapping.has_value(payload, '{title}')) then 'alert sent to an integration'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'grafana_oncall'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert group' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{alert_payload,title}'), mapping.text_at(payload, '{alert_payload,commonLabels,alertname}'), mapping.text_at(payload, '{last_alert,payload,title}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,alertname}'))
        when 'alert sent to an integration' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'alert group' then coalesce(mapping.text_at(payload, '{alert_payload,message}'), mapping.text_at(payload, '{alert_payload,commonAnnotations,description}'), mapping.text_at(payload, '{alert_payload,commonAnnotations,summary}'), mapping.text_at(payload, '{last_alert,payload,message}'), mapping.text_at(payload, '{last_alert,payload,commonAnnotations,description}'), mapping.text_at(payload, '{alerts,0,payload,message}'))
        when 'alert sent to an integration' then mapping.text_at(payload, '{message}')
    end as body,
    case variant when 'alert group' then coalesce(mapping.element_at(payload, '{labels}', '{key,name}', 'severity', '{value,name}'), mapping.text_at(payload, '{labels,severity}'), mapping.element_at(payload, '{labels}', '{key,name}', 'priority', '{value,name}'), mapping.text_at(payload, '{labels,priority}'), mapping.element_at(payload, '{labels}', '{key,name}', 'level', '{value,name}'), mapping.text_at(payload, '{labels,level}'), mapping.text_at(payload, '{alert_payload,commonLabels,severity}'), mapping.text_at(payload, '{alert_payload,commonLabels,priority}'), mapping.text_at(payload, '{alert_payload,commonLabels,level}'), mapping.text_at(payload, '{alert_payload,groupLabels,severity}'), mapping.text_at(payload, '{alert_payload,groupLabels,priority}'), mapping.text_at(payload, '{alert_payload,groupLabels,level}'), mapping.text_at(payload, '{alert_payload,labels,severity}'), mapping.text_at(payload, '{alert_payload,labels,priority}'), mapping.text_at(payload, '{alert_payload,labels,level}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,severity}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,priority}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,level}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,severity}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,priority}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,level}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,severity}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,priority}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,level}'), mapping.text_at(payload, '{last_alert,payload,labels,severity}'), mapping.text_at(payload, '{last_alert,payload,labels,priority}'), mapping.text_at(payload, '{last_alert,payload,labels,level}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,severity}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,priority}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,level}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,severity}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,priority}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,level}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,severity}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,priority}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,level}'), mapping.text_at(payload, '{alerts,0,payload,labels,severity}'), mapping.text_at(payload, '{alerts,0,payload,labels,priority}'), mapping.text_at(payload, '{alerts,0,payload,labels,level}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,severity}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,priority}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,level}')) end as severity_value,
    case variant
        when 'alert group' then mapping.text_at(payload, '{state}')
        when 'alert sent to an integration' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant when 'alert group' then coalesce(mapping.element_at(payload, '{labels}', '{key,name}', 'service', '{value,name}'), mapping.text_at(payload, '{labels,service}'), mapping.element_at(payload, '{labels}', '{key,name}', 'service_name', '{value,name}'), mapping.text_at(payload, '{labels,service_name}'), mapping.element_at(payload, '{labels}', '{key,name}', 'job', '{value,name}'), mapping.text_at(payload, '{labels,job}'), mapping.text_at(payload, '{alert_payload,commonLabels,service}'), mapping.text_at(payload, '{alert_payload,commonLabels,service_name}'), mapping.text_at(payload, '{alert_payload,commonLabels,job}'), mapping.text_at(payload, '{alert_payload,groupLabels,service}'), mapping.text_at(payload, '{alert_payload,groupLabels,service_name}'), mapping.text_at(payload, '{alert_payload,groupLabels,job}'), mapping.text_at(payload, '{alert_payload,labels,service}'), mapping.text_at(payload, '{alert_payload,labels,service_name}'), mapping.text_at(payload, '{alert_payload,labels,job}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,service}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,service_name}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,job}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,service}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,service_name}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,job}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,service}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,service_name}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,job}'), mapping.text_at(payload, '{last_alert,payload,labels,service}'), mapping.text_at(payload, '{last_alert,payload,labels,service_name}'), mapping.text_at(payload, '{last_alert,payload,labels,job}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,service}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,service_name}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,job}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,service}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,service_name}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,job}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,service}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,service_name}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,job}'), mapping.text_at(payload, '{alerts,0,payload,labels,service}'), mapping.text_at(payload, '{alerts,0,payload,labels,service_name}'), mapping.text_at(payload, '{alerts,0,payload,labels,job}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,service}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,service_name}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,job}'), mapping.text_at(payload, '{integration,name}')) end as service,
    case variant when 'alert group' then coalesce(mapping.element_at(payload, '{labels}', '{key,name}', 'alertname', '{value,name}'), mapping.text_at(payload, '{labels,alertname}'), mapping.text_at(payload, '{alert_payload,commonLabels,alertname}'), mapping.text_at(payload, '{alert_payload,groupLabels,alertname}'), mapping.text_at(payload, '{alert_payload,labels,alertname}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,alertname}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,alertname}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,alertname}'), mapping.text_at(payload, '{last_alert,payload,labels,alertname}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,alertname}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,alertname}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,alertname}'), mapping.text_at(payload, '{alerts,0,payload,labels,alertname}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,alertname}')) end as error_type,
    case variant when 'alert group' then coalesce(mapping.text_at(payload, '{integration,team}'), mapping.text_at(payload, '{team,name}'), mapping.element_at(payload, '{labels}', '{key,name}', 'team', '{value,name}'), mapping.text_at(payload, '{labels,team}'), mapping.text_at(payload, '{alert_payload,commonLabels,team}'), mapping.text_at(payload, '{alert_payload,groupLabels,team}'), mapping.text_at(payload, '{alert_payload,labels,team}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,team}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,team}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,team}'), mapping.text_at(payload, '{last_alert,payload,labels,team}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,team}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,team}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,team}'), mapping.text_at(payload, '{alerts,0,payload,labels,team}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,team}')) end as team,
    case variant when 'alert group' then coalesce(mapping.element_at(payload, '{labels}', '{key,name}', 'environment', '{value,name}'), mapping.text_at(payload, '{labels,environment}'), mapping.element_at(payload, '{labels}', '{key,name}', 'env', '{value,name}'), mapping.text_at(payload, '{labels,env}'), mapping.element_at(payload, '{labels}', '{key,name}', 'cluster', '{value,name}'), mapping.text_at(payload, '{labels,cluster}'), mapping.text_at(payload, '{alert_payload,commonLabels,environment}'), mapping.text_at(payload, '{alert_payload,commonLabels,env}'), mapping.text_at(payload, '{alert_payload,commonLabels,cluster}'), mapping.text_at(payload, '{alert_payload,groupLabels,environment}'), mapping.text_at(payload, '{alert_payload,groupLabels,env}'), mapping.text_at(payload, '{alert_payload,groupLabels,cluster}'), mapping.text_at(payload, '{alert_payload,labels,environment}'), mapping.text_at(payload, '{alert_payload,labels,env}'), mapping.text_at(payload, '{alert_payload,labels,cluster}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,environment}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,env}'), mapping.text_at(payload, '{alert_payload,alerts,0,labels,cluster}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,environment}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,env}'), mapping.text_at(payload, '{last_alert,payload,commonLabels,cluster}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,environment}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,env}'), mapping.text_at(payload, '{last_alert,payload,groupLabels,cluster}'), mapping.text_at(payload, '{last_alert,payload,labels,environment}'), mapping.text_at(payload, '{last_alert,payload,labels,env}'), mapping.text_at(payload, '{last_alert,payload,labels,cluster}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,environment}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,env}'), mapping.text_at(payload, '{last_alert,payload,alerts,0,labels,cluster}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,environment}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,env}'), mapping.text_at(payload, '{alerts,0,payload,commonLabels,cluster}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,environment}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,env}'), mapping.text_at(payload, '{alerts,0,payload,groupLabels,cluster}'), mapping.text_at(payload, '{alerts,0,payload,labels,environment}'), mapping.text_at(payload, '{alerts,0,payload,labels,env}'), mapping.text_at(payload, '{alerts,0,payload,labels,cluster}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,environment}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,env}'), mapping.text_at(payload, '{alerts,0,payload,alerts,0,labels,cluster}')) end as environment,
    case variant
        when 'alert group' then coalesce(mapping.text_at(payload, '{permalinks,web}'), mapping.text_at(payload, '{web_link}'), mapping.text_at(payload, '{permalinks,slack}'))
        when 'alert sent to an integration' then mapping.text_at(payload, '{link_to_upstream_details}')
    end as external_url,
    case variant when 'alert group' then mapping.instant_at(payload, '{created_at}') end as source_created_at,
    case variant when 'alert group' then coalesce(mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{event_time}')) end as resolved_at,
    case variant
        when 'alert group' then jsonb_strip_nulls(jsonb_build_object('alerts', payload #> '{alerts_count}', 'integration', payload #> '{integration_id}', 'team_id', payload #> '{team_id}', 'labels', payload #> '{labels}'))
        else '{}'::jsonb
    end as attributes
from variants
