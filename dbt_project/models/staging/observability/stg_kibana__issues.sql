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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'kibana'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'kibana') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'kibana' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{_source,"kibana.alert.rule.name"}') or mapping.has_value(payload, '{_source,kibana,alert,rule,name}')) then 'alert of a search'
            when (mapping.has_value(payload, '{"kibana.alert.rule.name"}') or mapping.has_value(payload, '{kibana,alert,rule,name}')) then 'alert'
            when ((mapping.has_value(payload, '{rule_name}') or mapping.has_value(payload, '{ruleName}') or mapping.has_value(payload, '{rule,name}') or mapping.has_value(payload, '{alert_name}') or mapping.has_value(payload, '{alertName}') or mapping.has_value(payload, '{name}')) and (mapping.has_value(payload, '{alert_instance_id}') or mapping.has_value(payload, '{alertInstanceId}') or mapping.has_value(payload, '{alert_id}') or mapping.has_value(payload, '{alertId}') or mapping.has_value(payload, '{alert,id}') or mapping.has_value(payload, '{kibana,alert,id}') or mapping.has_value(payload, '{alert_uuid}') or mapping.has_value(payload, '{actionGroup}') or mapping.has_value(payload, '{rule_id}') or mapping.has_value(payload, '{ruleId}') or mapping.has_value(payload, '{rule,id}'))) then 'webhook action'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'kibana'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.rule.name"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.rule.name"}'), mapping.text_at(payload, '{kibana,alert,rule,name}'))
        when 'webhook action' then coalesce(mapping.text_at(payload, '{rule_name}'), mapping.text_at(payload, '{ruleName}'), mapping.text_at(payload, '{rule,name}'), mapping.text_at(payload, '{alert_name}'), mapping.text_at(payload, '{alertName}'), mapping.text_at(payload, '{name}'))
    end as title,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.reason"}'), mapping.text_at(payload, '{_source,kibana,alert,reason}'), mapping.text_at(payload, '{_source,"kibana.alert.evaluation.conditions"}'), mapping.text_at(payload, '{_source,kibana,alert,evaluation,conditions}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.reason"}'), mapping.text_at(payload, '{kibana,alert,reason}'), mapping.text_at(payload, '{"kibana.alert.evaluation.conditions"}'), mapping.text_at(payload, '{kibana,alert,evaluation,conditions}'))
        when 'webhook action' then coalesce(mapping.text_at(payload, '{reason}'), mapping.text_at(payload, '{context,reason}'), mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{context,message}'), mapping.text_at(payload, '{contextMessage}'), mapping.text_at(payload, '{context_message}'), mapping.text_at(payload, '{context_reason}'))
    end as body,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.severity"}'), mapping.text_at(payload, '{_source,kibana,alert,severity}'), mapping.text_at(payload, '{_source,"kibana.alert.rule.parameters.severity"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,parameters,severity}'), mapping.tag_at(payload, '{_source,"kibana.alert.rule.tags"}', 'severity|priority'), mapping.tag_at(payload, '{_source,kibana,alert,rule,tags}', 'severity|priority'), mapping.tag_at(payload, '{_source,tags}', 'severity|priority'), mapping.tag_at(payload, '{_source,tags}', 'severity|priority'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.severity"}'), mapping.text_at(payload, '{kibana,alert,severity}'), mapping.text_at(payload, '{"kibana.alert.rule.parameters.severity"}'), mapping.text_at(payload, '{kibana,alert,rule,parameters,severity}'), mapping.tag_at(payload, '{"kibana.alert.rule.tags"}', 'severity|priority'), mapping.tag_at(payload, '{kibana,alert,rule,tags}', 'severity|priority'), mapping.tag_at(payload, '{tags}', 'severity|priority'), mapping.tag_at(payload, '{tags}', 'severity|priority'))
        when 'webhook action' then coalesce(mapping.text_at(payload, '{severity}'), mapping.tag_at(payload, '{tags}', 'severity|priority'), mapping.tag_at(payload, '{ruleTags}', 'severity|priority'))
    end as severity_value,
    case variant
        when 'alert of a search' then case when coalesce(lower(coalesce(mapping.text_at(payload, '{_source,"kibana.alert.workflow_status"}'), mapping.text_at(payload, '{_source,kibana,alert,workflow_status}'))) in ('acknowledged', 'closed'), false) then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.workflow_status"}'), mapping.text_at(payload, '{_source,kibana,alert,workflow_status}'), mapping.text_at(payload, '{_source,"kibana.alert.status"}'), mapping.text_at(payload, '{_source,kibana,alert,status}')) else coalesce(mapping.text_at(payload, '{_source,"kibana.alert.status"}'), mapping.text_at(payload, '{_source,kibana,alert,status}'), mapping.text_at(payload, '{_source,"kibana.alert.workflow_status"}'), mapping.text_at(payload, '{_source,kibana,alert,workflow_status}')) end
        when 'alert' then case when coalesce(lower(coalesce(mapping.text_at(payload, '{"kibana.alert.workflow_status"}'), mapping.text_at(payload, '{kibana,alert,workflow_status}'))) in ('acknowledged', 'closed'), false) then coalesce(mapping.text_at(payload, '{"kibana.alert.workflow_status"}'), mapping.text_at(payload, '{kibana,alert,workflow_status}'), mapping.text_at(payload, '{"kibana.alert.status"}'), mapping.text_at(payload, '{kibana,alert,status}')) else coalesce(mapping.text_at(payload, '{"kibana.alert.status"}'), mapping.text_at(payload, '{kibana,alert,status}'), mapping.text_at(payload, '{"kibana.alert.workflow_status"}'), mapping.text_at(payload, '{kibana,alert,workflow_status}')) end
        when 'webhook action' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{action_group}'), mapping.text_at(payload, '{actionGroup}'), mapping.text_at(payload, '{alert,actionGroup}'), mapping.text_at(payload, '{kibana,alert,actionGroup}'), mapping.text_at(payload, '{action_group_name}'), mapping.text_at(payload, '{alertActionGroup}'), mapping.text_at(payload, '{alert_state}'), mapping.text_at(payload, '{context_alertState}'), mapping.text_at(payload, '{context,alertState}'))
    end as status_value,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"service.name"}'), mapping.text_at(payload, '{_source,service,name}'), mapping.tag_at(payload, '{_source,"kibana.alert.rule.tags"}', 'service'), mapping.tag_at(payload, '{_source,kibana,alert,rule,tags}', 'service'), mapping.tag_at(payload, '{_source,tags}', 'service'), mapping.tag_at(payload, '{_source,tags}', 'service'), mapping.text_at(payload, '{_source,"host.name"}'), mapping.text_at(payload, '{_source,host,name}'), mapping.text_at(payload, '{_source,"monitor.name"}'), mapping.text_at(payload, '{_source,monitor,name}'), mapping.text_at(payload, '{_source,"kibana.alert.instance.id"}'), mapping.text_at(payload, '{_source,kibana,alert,instance,id}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"service.name"}'), mapping.text_at(payload, '{service,name}'), mapping.tag_at(payload, '{"kibana.alert.rule.tags"}', 'service'), mapping.tag_at(payload, '{kibana,alert,rule,tags}', 'service'), mapping.tag_at(payload, '{tags}', 'service'), mapping.tag_at(payload, '{tags}', 'service'), mapping.text_at(payload, '{"host.name"}'), mapping.text_at(payload, '{host,name}'), mapping.text_at(payload, '{"monitor.name"}'), mapping.text_at(payload, '{monitor,name}'), mapping.text_at(payload, '{"kibana.alert.instance.id"}'), mapping.text_at(payload, '{kibana,alert,instance,id}'))
        when 'webhook action' then coalesce(mapping.text_at(payload, '{service}'), mapping.tag_at(payload, '{tags}', 'service'), mapping.tag_at(payload, '{contextTags}', 'service'), mapping.text_at(payload, '{context,serviceName}'), mapping.text_at(payload, '{host}'), nullif(coalesce(mapping.text_at(payload, '{alert_instance_id}'), mapping.text_at(payload, '{alertInstanceId}'), mapping.text_at(payload, '{alert_id}'), mapping.text_at(payload, '{alertId}'), mapping.text_at(payload, '{alert,id}'), mapping.text_at(payload, '{kibana,alert,id}')), 'query matched'))
    end as service,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"error.type"}'), mapping.text_at(payload, '{_source,error,type}'), mapping.text_at(payload, '{_source,"kibana.alert.rule.rule_type_id"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,rule_type_id}'), mapping.text_at(payload, '{_source,"kibana.alert.rule.category"}'), mapping.text_at(payload, '{_source,kibana,alert,rule,category}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"error.type"}'), mapping.text_at(payload, '{error,type}'), mapping.text_at(payload, '{"kibana.alert.rule.rule_type_id"}'), mapping.text_at(payload, '{kibana,alert,rule,rule_type_id}'), mapping.text_at(payload, '{"kibana.alert.rule.category"}'), mapping.text_at(payload, '{kibana,alert,rule,category}'))
        when 'webhook action' then coalesce(mapping.text_at(payload, '{rule_type}'), mapping.text_at(payload, '{ruleType}'), mapping.text_at(payload, '{rule,type}'), mapping.text_at(payload, '{ruleTypeId}'))
    end as error_type,
    case variant
        when 'alert of a search' then coalesce(mapping.tag_at(payload, '{_source,"kibana.alert.rule.tags"}', 'team|owner'), mapping.tag_at(payload, '{_source,kibana,alert,rule,tags}', 'team|owner'), mapping.tag_at(payload, '{_source,tags}', 'team|owner'), mapping.tag_at(payload, '{_source,tags}', 'team|owner'))
        when 'alert' then coalesce(mapping.tag_at(payload, '{"kibana.alert.rule.tags"}', 'team|owner'), mapping.tag_at(payload, '{kibana,alert,rule,tags}', 'team|owner'), mapping.tag_at(payload, '{tags}', 'team|owner'), mapping.tag_at(payload, '{tags}', 'team|owner'))
        when 'webhook action' then coalesce(mapping.tag_at(payload, '{tags}', 'team|owner'), mapping.tag_at(payload, '{ruleTags}', 'team|owner'))
    end as team,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"service.environment"}'), mapping.text_at(payload, '{_source,service,environment}'), mapping.tag_at(payload, '{_source,"kibana.alert.rule.tags"}', 'environment|env'), mapping.tag_at(payload, '{_source,kibana,alert,rule,tags}', 'environment|env'), mapping.tag_at(payload, '{_source,tags}', 'environment|env'), mapping.tag_at(payload, '{_source,tags}', 'environment|env'), mapping.text_at(payload, '{_source,"kibana.space_ids.0"}'), mapping.text_at(payload, '{_source,kibana,space_ids,0}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"service.environment"}'), mapping.text_at(payload, '{service,environment}'), mapping.tag_at(payload, '{"kibana.alert.rule.tags"}', 'environment|env'), mapping.tag_at(payload, '{kibana,alert,rule,tags}', 'environment|env'), mapping.tag_at(payload, '{tags}', 'environment|env'), mapping.tag_at(payload, '{tags}', 'environment|env'), mapping.text_at(payload, '{"kibana.space_ids.0"}'), mapping.text_at(payload, '{kibana,space_ids,0}'))
        when 'webhook action' then coalesce(mapping.text_at(payload, '{environment}'), mapping.text_at(payload, '{context,environment}'), mapping.tag_at(payload, '{tags}', 'environment|env'), mapping.text_at(payload, '{space_id}'), mapping.text_at(payload, '{spaceId}'), mapping.text_at(payload, '{rule,space}'))
    end as environment,
    case variant
        when 'alert of a search' then coalesce(mapping.text_at(payload, '{_source,"kibana.alert.url"}'), mapping.text_at(payload, '{_source,kibana,alert,url}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{"kibana.alert.url"}'), mapping.text_at(payload, '{kibana,alert,url}'))
        when 'webhook action' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{alert_url}'), mapping.text_at(payload, '{context,alertDetailsUrl}'), mapping.text_at(payload, '{rule_url}'), mapping.text_at(payload, '{ruleUrl}'), mapping.text_at(payload, '{rule,url}'))
    end as external_url,
    case variant
        when 'alert of a search' then coalesce(mapping.instant_at(payload, '{_source,"kibana.alert.start"}'), mapping.instant_at(payload, '{_source,kibana,alert,start}'), mapping.instant_at(payload, '{_source,"@timestamp"}'), mapping.instant_at(payload, '{_source,"@timestamp"}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{"kibana.alert.start"}'), mapping.instant_at(payload, '{kibana,alert,start}'), mapping.instant_at(payload, '{"@timestamp"}'), mapping.instant_at(payload, '{"@timestamp"}'))
        when 'webhook action' then coalesce(mapping.instant_at(payload, '{date}'), mapping.instant_at(payload, '{lastReceived}'), mapping.instant_at(payload, '{context_timestamp}'), mapping.instant_at(payload, '{context,timestamp}'), mapping.instant_at(payload, '{context,date}'), mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{"@timestamp"}'))
    end as source_created_at,
    case variant
        when 'alert of a search' then coalesce(mapping.instant_at(payload, '{_source,"kibana.alert.end"}'), mapping.instant_at(payload, '{_source,kibana,alert,end}'), mapping.instant_at(payload, '{_source,"@timestamp"}'), mapping.instant_at(payload, '{_source,"@timestamp"}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{"kibana.alert.end"}'), mapping.instant_at(payload, '{kibana,alert,end}'), mapping.instant_at(payload, '{"@timestamp"}'), mapping.instant_at(payload, '{"@timestamp"}'))
        when 'webhook action' then coalesce(mapping.instant_at(payload, '{date}'), mapping.instant_at(payload, '{lastReceived}'), mapping.instant_at(payload, '{context_timestamp}'), mapping.instant_at(payload, '{context,timestamp}'), mapping.instant_at(payload, '{context,date}'), mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{"@timestamp"}'))
    end as resolved_at,
    case variant
        when 'alert of a search' then jsonb_strip_nulls(jsonb_build_object('rule', coalesce(nullif(payload #> '{_source,"kibana.alert.rule.uuid"}', 'null'), nullif(payload #> '{_source,kibana,alert,rule,uuid}', 'null')), 'instance', coalesce(nullif(payload #> '{_source,"kibana.alert.instance.id"}', 'null'), nullif(payload #> '{_source,kibana,alert,instance,id}', 'null')), 'action_group', coalesce(nullif(payload #> '{_source,"kibana.alert.action_group"}', 'null'), nullif(payload #> '{_source,kibana,alert,action_group}', 'null')), 'flapping', coalesce(nullif(payload #> '{_source,"kibana.alert.flapping"}', 'null'), nullif(payload #> '{_source,kibana,alert,flapping}', 'null'))))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', coalesce(nullif(payload #> '{"kibana.alert.rule.uuid"}', 'null'), nullif(payload #> '{kibana,alert,rule,uuid}', 'null')), 'instance', coalesce(nullif(payload #> '{"kibana.alert.instance.id"}', 'null'), nullif(payload #> '{kibana,alert,instance,id}', 'null')), 'action_group', coalesce(nullif(payload #> '{"kibana.alert.action_group"}', 'null'), nullif(payload #> '{kibana,alert,action_group}', 'null')), 'flapping', coalesce(nullif(payload #> '{"kibana.alert.flapping"}', 'null'), nullif(payload #> '{kibana,alert,flapping}', 'null'))))
        when 'webhook action' then jsonb_strip_nulls(jsonb_build_object('rule', coalesce(nullif(payload #> '{rule_id}', 'null'), nullif(payload #> '{ruleId}', 'null'), nullif(payload #> '{rule,id}', 'null')), 'value', coalesce(nullif(payload #> '{value}', 'null'), nullif(payload #> '{context,value}', 'null'), nullif(payload #> '{context_value}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
