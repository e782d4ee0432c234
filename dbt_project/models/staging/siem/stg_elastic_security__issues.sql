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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'elastic_security'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'elastic_security') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'elastic_security' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{owner}')) then 'case'
            when (mapping.has_value(payload, '{_source,"kibana.alert.rule.name"}') or mapping.has_value(payload, '{_source,kibana,alert,rule,name}')) then 'alert of a search'
            when (mapping.has_value(payload, '{"kibana.alert.rule.name"}') or mapping.has_value(payload, '{kibana,alert,rule,name}')) then 'alert'
            when mapping.has_value(payload, '{_source,signal,rule,name}') then 'signal of version 7'
            when (mapping.has_value(payload, '{alert_id}') and (mapping.has_value(payload, '{rule_name}') or mapping.has_value(payload, '{rule,name}'))) then 'alert of a webhook action'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'elastic_security'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'case' then mapping.text_at(payload, '{title}')
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.rule.name"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.rule.name"}'), mapping.text_at(payload, '{kibana,alert,rule,name}'))
        when 'signal of version 7' then mapping.text_at(payload, '{_source,signal,rule,name}')
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{rule_name}'), mapping.text_at(payload, '{rule,name}'))
    end as title,
    case variant
        when 'case' then mapping.text_at(payload, '{description}')
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.reason"}'), mapping.text_at(payload, '{_source,kibana,alert,reason}'), mapping.text_at(payload, '{_source,"kibana.alert.rule.description"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,description}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.reason"}'), mapping.text_at(payload, '{kibana,alert,reason}'), mapping.text_at(payload, '{"kibana.alert.rule.description"}'), mapping.text_at(payload, '{kibana,alert,rule,description}'))
        when 'signal of version 7' then mapping.text_at(payload, '{_source,signal,rule,description}')
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{reason}'), mapping.text_at(payload, '{message}'))
    end as body,
    case variant
        when 'case' then mapping.text_at(payload, '{severity}')
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.severity"}'), mapping.text_at(payload, '{_source,kibana,alert,severity}'), mapping.text_at(payload, '{_source,"kibana.alert.rule.severity"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,severity}'), case when case when coalesce(mapping.text_at(payload, '{_source,"kibana.alert.risk_score"}'), mapping.text_at(payload, '{_source,kibana,alert,risk_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{_source,"kibana.alert.risk_score"}'), mapping.text_at(payload, '{_source,kibana,alert,risk_score}')))::numeric end >= 73 then 'critical' when case when coalesce(mapping.text_at(payload, '{_source,"kibana.alert.risk_score"}'), mapping.text_at(payload, '{_source,kibana,alert,risk_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{_source,"kibana.alert.risk_score"}'), mapping.text_at(payload, '{_source,kibana,alert,risk_score}')))::numeric end >= 47 then 'high' when case when coalesce(mapping.text_at(payload, '{_source,"kibana.alert.risk_score"}'), mapping.text_at(payload, '{_source,kibana,alert,risk_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{_source,"kibana.alert.risk_score"}'), mapping.text_at(payload, '{_source,kibana,alert,risk_score}')))::numeric end >= 21 then 'medium' when case when coalesce(mapping.text_at(payload, '{_source,"kibana.alert.risk_score"}'), mapping.text_at(payload, '{_source,kibana,alert,risk_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{_source,"kibana.alert.risk_score"}'), mapping.text_at(payload, '{_source,kibana,alert,risk_score}')))::numeric end >= 0 then 'low' end)
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.severity"}'), mapping.text_at(payload, '{kibana,alert,severity}'), mapping.text_at(payload, '{"kibana.alert.rule.severity"}'), mapping.text_at(payload, '{kibana,alert,rule,severity}'), case when case when coalesce(mapping.text_at(payload, '{"kibana.alert.risk_score"}'), mapping.text_at(payload, '{kibana,alert,risk_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{"kibana.alert.risk_score"}'), mapping.text_at(payload, '{kibana,alert,risk_score}')))::numeric end >= 73 then 'critical' when case when coalesce(mapping.text_at(payload, '{"kibana.alert.risk_score"}'), mapping.text_at(payload, '{kibana,alert,risk_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{"kibana.alert.risk_score"}'), mapping.text_at(payload, '{kibana,alert,risk_score}')))::numeric end >= 47 then 'high' when case when coalesce(mapping.text_at(payload, '{"kibana.alert.risk_score"}'), mapping.text_at(payload, '{kibana,alert,risk_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{"kibana.alert.risk_score"}'), mapping.text_at(payload, '{kibana,alert,risk_score}')))::numeric end >= 21 then 'medium' when case when coalesce(mapping.text_at(payload, '{"kibana.alert.risk_score"}'), mapping.text_at(payload, '{kibana,alert,risk_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{"kibana.alert.risk_score"}'), mapping.text_at(payload, '{kibana,alert,risk_score}')))::numeric end >= 0 then 'low' end)
        when 'signal of version 7' then coalesce(mapping.text_at(payload, '{_source,signal,rule,severity}'), case when case when mapping.text_at(payload, '{_source,signal,rule,risk_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{_source,signal,rule,risk_score}'))::numeric end >= 73 then 'critical' when case when mapping.text_at(payload, '{_source,signal,rule,risk_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{_source,signal,rule,risk_score}'))::numeric end >= 47 then 'high' when case when mapping.text_at(payload, '{_source,signal,rule,risk_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{_source,signal,rule,risk_score}'))::numeric end >= 21 then 'medium' when case when mapping.text_at(payload, '{_source,signal,rule,risk_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{_source,signal,rule,risk_score}'))::numeric end >= 0 then 'low' end)
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{rule,severity}'))
    end as severity_value,
    case variant
        when 'case' then mapping.text_at(payload, '{status}')
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.workflow_status"}'), mapping.text_at(payload, '{_source,kibana,alert,workflow_status}'), mapping.text_at(payload, '{_source,"kibana.alert.status"}'), mapping.text_at(payload, '{_source,kibana,alert,status}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.workflow_status"}'), mapping.text_at(payload, '{kibana,alert,workflow_status}'), mapping.text_at(payload, '{"kibana.alert.status"}'), mapping.text_at(payload, '{kibana,alert,status}'))
        when 'signal of version 7' then mapping.text_at(payload, '{_source,signal,status}')
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{workflow_status}'))
    end as status_value,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"service.name"}'), mapping.text_at(payload, '{_source,service,name}'), mapping.text_at(payload, '{_source,"host.name"}'), mapping.text_at(payload, '{_source,host,name}'), mapping.text_at(payload, '{_source,"agent.name"}'), mapping.text_at(payload, '{_source,agent,name}'), mapping.text_at(payload, '{_source,"kibana.alert.instance.id"}'), mapping.text_at(payload, '{_source,kibana,alert,instance,id}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"service.name"}'), mapping.text_at(payload, '{service,name}'), mapping.text_at(payload, '{"host.name"}'), mapping.text_at(payload, '{host,name}'), mapping.text_at(payload, '{"agent.name"}'), mapping.text_at(payload, '{agent,name}'), mapping.text_at(payload, '{"kibana.alert.instance.id"}'), mapping.text_at(payload, '{kibana,alert,instance,id}'))
        when 'signal of version 7' then coalesce(mapping.text_at(payload, '{_source,service,name}'), mapping.text_at(payload, '{_source,host,name}'), mapping.text_at(payload, '{_source,agent,name}'))
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{host}'))
    end as service,
    case variant
        when 'case' then mapping.text_at(payload, '{category}')
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.rule.parameters.threat.0.technique.0.id"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,parameters,threat,0,technique,0,id}'), mapping.text_at(payload, '{_source,"kibana.alert.rule.category"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,category}'), mapping.text_at(payload, '{_source,"kibana.alert.rule.rule_type_id"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,rule_type_id}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.rule.parameters.threat.0.technique.0.id"}'), mapping.text_at(payload, '{kibana,alert,rule,parameters,threat,0,technique,0,id}'), mapping.text_at(payload, '{"kibana.alert.rule.category"}'), mapping.text_at(payload, '{kibana,alert,rule,category}'), mapping.text_at(payload, '{"kibana.alert.rule.rule_type_id"}'), mapping.text_at(payload, '{kibana,alert,rule,rule_type_id}'))
        when 'signal of version 7' then coalesce(mapping.text_at(payload, '{_source,signal,rule,threat,0,technique,0,id}'), mapping.text_at(payload, '{_source,signal,rule,type}'))
    end as error_type,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.workflow_assignee_ids.0"}'), mapping.text_at(payload, '{_source,kibana,alert,workflow_assignee_ids,0}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.workflow_assignee_ids.0"}'), mapping.text_at(payload, '{kibana,alert,workflow_assignee_ids,0}'))
    end as team,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"service.environment"}'), mapping.text_at(payload, '{_source,service,environment}'), mapping.text_at(payload, '{_source,"kibana.space_ids.0"}'), mapping.text_at(payload, '{_source,kibana,space_ids,0}'), mapping.text_at(payload, '{_source,"orchestrator.cluster.name"}'), mapping.text_at(payload, '{_source,orchestrator,cluster,name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"service.environment"}'), mapping.text_at(payload, '{service,environment}'), mapping.text_at(payload, '{"kibana.space_ids.0"}'), mapping.text_at(payload, '{kibana,space_ids,0}'), mapping.text_at(payload, '{"orchestrator.cluster.name"}'), mapping.text_at(payload, '{orchestrator,cluster,name}'))
    end as environment,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.url"}'), mapping.text_at(payload, '{_source,kibana,alert,url}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.url"}'), mapping.text_at(payload, '{kibana,alert,url}'))
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{alert_url}'))
    end as external_url,
    case variant
        when 'case' then mapping.instant_at(payload, '{created_at}')
        when 'alert of a search' then coalesce(mapping.instant_at(payload, '{_source,"kibana.alert.start"}'), mapping.instant_at(payload, '{_source,kibana,alert,start}'), mapping.instant_at(payload, '{_source,"kibana.alert.original_time"}'), mapping.instant_at(payload, '{_source,kibana,alert,original_time}'), mapping.instant_at(payload, '{_source,"@timestamp"}'), mapping.instant_at(payload, '{_source,"@timestamp"}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{"kibana.alert.start"}'), mapping.instant_at(payload, '{kibana,alert,start}'), mapping.instant_at(payload, '{"kibana.alert.original_time"}'), mapping.instant_at(payload, '{kibana,alert,original_time}'), mapping.instant_at(payload, '{"@timestamp"}'), mapping.instant_at(payload, '{"@timestamp"}'))
        when 'signal of version 7' then coalesce(mapping.instant_at(payload, '{_source,signal,original_time}'), mapping.instant_at(payload, '{_source,"@timestamp"}'))
        when 'alert of a webhook action' then coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{"@timestamp"}'), mapping.instant_at(payload, '{date}'))
    end as source_created_at,
    case variant
        when 'case' then coalesce(mapping.instant_at(payload, '{closed_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'alert of a search' then coalesce(mapping.instant_at(payload, '{_source,"kibana.alert.workflow_status_updated_at"}'), mapping.instant_at(payload, '{_source,kibana,alert,workflow_status_updated_at}'), mapping.instant_at(payload, '{_source,"kibana.alert.end"}'), mapping.instant_at(payload, '{_source,kibana,alert,end}'), mapping.instant_at(payload, '{_source,"@timestamp"}'), mapping.instant_at(payload, '{_source,"@timestamp"}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{"kibana.alert.workflow_status_updated_at"}'), mapping.instant_at(payload, '{kibana,alert,workflow_status_updated_at}'), mapping.instant_at(payload, '{"kibana.alert.end"}'), mapping.instant_at(payload, '{kibana,alert,end}'), mapping.instant_at(payload, '{"@timestamp"}'), mapping.instant_at(payload, '{"@timestamp"}'))
        when 'signal of version 7' then mapping.instant_at(payload, '{_source,"@timestamp"}')
    end as resolved_at,
    case variant
        when 'case' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'owner', payload #> '{owner}', 'alerts', payload #> '{totalAlerts}'))
        when 'alert of a search' then jsonb_strip_nulls(jsonb_build_object('rule', coalesce(nullif(payload #> '{_source,"kibana.alert.rule.uuid"}', 'null'), nullif(payload #> '{_source,kibana,alert,rule,uuid}', 'null')), 'risk_score', coalesce(nullif(payload #> '{_source,"kibana.alert.risk_score"}', 'null'), nullif(payload #> '{_source,kibana,alert,risk_score}', 'null')), 'user_name', coalesce(nullif(payload #> '{_source,"user.name"}', 'null'), nullif(payload #> '{_source,user,name}', 'null')), 'process', coalesce(nullif(payload #> '{_source,"process.name"}', 'null'), nullif(payload #> '{_source,process,name}', 'null'))))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', coalesce(nullif(payload #> '{"kibana.alert.rule.uuid"}', 'null'), nullif(payload #> '{kibana,alert,rule,uuid}', 'null')), 'risk_score', coalesce(nullif(payload #> '{"kibana.alert.risk_score"}', 'null'), nullif(payload #> '{kibana,alert,risk_score}', 'null')), 'user_name', coalesce(nullif(payload #> '{"user.name"}', 'null'), nullif(payload #> '{user,name}', 'null')), 'process', coalesce(nullif(payload #> '{"process.name"}', 'null'), nullif(payload #> '{process,name}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
