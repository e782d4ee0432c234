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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'aws_cloudwatch'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'aws_cloudwatch') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'aws_cloudwatch' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alarmData,alarmName}') and mapping.has_value(payload, '{alarmData,state,value}')) then 'event of a Lambda action'
            when (mapping.has_value(payload, '{detail,alarmName}') and mapping.has_value(payload, '{detail,state,value}')) then 'event of EventBridge'
            when (mapping.has_value(payload, '{AlarmName}') and mapping.has_value(payload, '{HistoryItemType}')) then 'history'
            when (mapping.has_value(payload, '{AlarmName}') and mapping.has_value(payload, '{StateValue}')) then 'alarm'
            when (mapping.has_value(payload, '{AlarmName}') and (mapping.has_value(payload, '{NewStateValue}') or mapping.has_value(payload, '{NewStateReason}') or mapping.has_value(payload, '{MetricName}') or mapping.has_value(payload, '{Trigger}'))) then 'notification'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'aws_cloudwatch'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'event of a Lambda action' then mapping.text_at(payload, '{alarmData,alarmName}')
        when 'event of EventBridge' then mapping.text_at(payload, '{detail,alarmName}')
        when 'history' then mapping.text_at(payload, '{AlarmName}')
        when 'alarm' then mapping.text_at(payload, '{AlarmName}')
        when 'notification' then mapping.text_at(payload, '{AlarmName}')
    end as title,
    case variant
        when 'event of a Lambda action' then nullif(concat_ws('
', mapping.text_at(payload, '{alarmData,configuration,description}'), mapping.text_at(payload, '{alarmData,state,reason}')), '')
        when 'event of EventBridge' then nullif(concat_ws('
', mapping.text_at(payload, '{detail,configuration,description}'), mapping.text_at(payload, '{detail,state,reason}')), '')
        when 'history' then coalesce(mapping.text_at(payload, '{HistoryData,newState,stateReason}'), mapping.text_at(payload, '{HistorySummary}'))
        when 'alarm' then nullif(concat_ws('
', mapping.text_at(payload, '{AlarmDescription}'), mapping.text_at(payload, '{StateReason}')), '')
        when 'notification' then nullif(concat_ws('
', mapping.text_at(payload, '{AlarmDescription}'), mapping.text_at(payload, '{NewStateReason}')), '')
    end as body,
    case variant
        when 'event of a Lambda action' then coalesce(nullif(substring(mapping.text_at(payload, '{alarmData,configuration,description}') from '(?:^|[\s,;\[{(])(?:severity|Severity|priority|Priority)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), ''), 'alarm')
        when 'event of EventBridge' then coalesce(nullif(substring(mapping.text_at(payload, '{detail,configuration,description}') from '(?:^|[\s,;\[{(])(?:severity|Severity|priority|Priority)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), ''), 'alarm')
        when 'history' then 'alarm'
        when 'alarm' then coalesce(nullif(substring(mapping.text_at(payload, '{AlarmDescription}') from '(?:^|[\s,;\[{(])(?:severity|Severity|priority|Priority)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), ''), 'alarm')
        when 'notification' then coalesce(mapping.text_at(payload, '{Priority}'), mapping.text_at(payload, '{Severity}'), nullif(substring(mapping.text_at(payload, '{AlarmDescription}') from '(?:^|[\s,;\[{(])(?:severity|Severity|priority|Priority)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), ''), 'alarm')
    end as severity_value,
    case variant
        when 'event of a Lambda action' then mapping.text_at(payload, '{alarmData,state,value}')
        when 'event of EventBridge' then mapping.text_at(payload, '{detail,state,value}')
        when 'history' then coalesce(mapping.text_at(payload, '{HistoryData,newState,stateValue}'), nullif(substring(mapping.text_at(payload, '{HistorySummary}') from 'to (ALARM|OK|INSUFFICIENT_DATA)'), ''))
        when 'alarm' then mapping.text_at(payload, '{StateValue}')
        when 'notification' then mapping.text_at(payload, '{NewStateValue}')
    end as status_value,
    case variant
        when 'event of a Lambda action' then coalesce(nullif(substring(mapping.text_at(payload, '{alarmData,configuration,description}') from '(?:^|[\s,;\[{(])(?:service|Service)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), ''), mapping.text_at(payload, '{alarmData,configuration,metrics,0,metricStat,metric,dimensions,ServiceName}'), mapping.text_at(payload, '{alarmData,configuration,metrics,0,metricStat,metric,dimensions,FunctionName}'), mapping.text_at(payload, '{alarmData,configuration,metrics,0,metricStat,metric,dimensions,DBInstanceIdentifier}'), mapping.text_at(payload, '{alarmData,configuration,metrics,0,metricStat,metric,dimensions,LoadBalancer}'), mapping.text_at(payload, '{alarmData,configuration,metrics,0,metricStat,metric,dimensions,QueueName}'), mapping.text_at(payload, '{alarmData,configuration,metrics,0,metricStat,metric,dimensions,InstanceId}'), mapping.text_at(payload, '{alarmData,configuration,metrics,1,metricStat,metric,dimensions,ServiceName}'), mapping.text_at(payload, '{alarmData,configuration,metrics,1,metricStat,metric,dimensions,FunctionName}'), mapping.text_at(payload, '{alarmData,configuration,metrics,1,metricStat,metric,dimensions,DBInstanceIdentifier}'), mapping.text_at(payload, '{alarmData,configuration,metrics,1,metricStat,metric,dimensions,LoadBalancer}'), mapping.text_at(payload, '{alarmData,configuration,metrics,1,metricStat,metric,dimensions,QueueName}'), mapping.text_at(payload, '{alarmData,configuration,metrics,1,metricStat,metric,dimensions,InstanceId}'), mapping.text_at(payload, '{alarmData,configuration,metrics,0,metricStat,metric,namespace}'), mapping.text_at(payload, '{alarmData,configuration,metrics,1,metricStat,metric,namespace}'), nullif(substring(mapping.text_at(payload, '{alarmArn}') from 'alarm:(.+)$'), ''))
        when 'event of EventBridge' then coalesce(nullif(substring(mapping.text_at(payload, '{detail,configuration,description}') from '(?:^|[\s,;\[{(])(?:service|Service)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), ''), mapping.text_at(payload, '{detail,configuration,metrics,0,metricStat,metric,dimensions,ServiceName}'), mapping.text_at(payload, '{detail,configuration,metrics,0,metricStat,metric,dimensions,FunctionName}'), mapping.text_at(payload, '{detail,configuration,metrics,0,metricStat,metric,dimensions,DBInstanceIdentifier}'), mapping.text_at(payload, '{detail,configuration,metrics,0,metricStat,metric,dimensions,LoadBalancer}'), mapping.text_at(payload, '{detail,configuration,metrics,0,metricStat,metric,dimensions,QueueName}'), mapping.text_at(payload, '{detail,configuration,metrics,0,metricStat,metric,dimensions,InstanceId}'), mapping.text_at(payload, '{detail,configuration,metrics,1,metricStat,metric,dimensions,ServiceName}'), mapping.text_at(payload, '{detail,configuration,metrics,1,metricStat,metric,dimensions,FunctionName}'), mapping.text_at(payload, '{detail,configuration,metrics,1,metricStat,metric,dimensions,DBInstanceIdentifier}'), mapping.text_at(payload, '{detail,configuration,metrics,1,metricStat,metric,dimensions,LoadBalancer}'), mapping.text_at(payload, '{detail,configuration,metrics,1,metricStat,metric,dimensions,QueueName}'), mapping.text_at(payload, '{detail,configuration,metrics,1,metricStat,metric,dimensions,InstanceId}'), mapping.text_at(payload, '{detail,configuration,metrics,0,metricStat,metric,namespace}'), mapping.text_at(payload, '{detail,configuration,metrics,1,metricStat,metric,namespace}'), nullif(substring(mapping.text_at(payload, '{resources,0}') from 'alarm:(.+)$'), ''))
        when 'alarm' then coalesce(nullif(substring(mapping.text_at(payload, '{AlarmDescription}') from '(?:^|[\s,;\[{(])(?:service|Service)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), ''), mapping.text_at(payload, '{Dimensions,0,Value}'), mapping.text_at(payload, '{Metrics,0,MetricStat,Metric,Dimensions,0,Value}'), mapping.text_at(payload, '{Metrics,1,MetricStat,Metric,Dimensions,0,Value}'), mapping.text_at(payload, '{Namespace}'))
        when 'notification' then coalesce(nullif(substring(mapping.text_at(payload, '{AlarmDescription}') from '(?:^|[\s,;\[{(])(?:service|Service)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), ''), mapping.text_at(payload, '{Trigger,Dimensions,0,value}'), mapping.text_at(payload, '{Trigger,Dimensions,0,Value}'), mapping.text_at(payload, '{Trigger,Metrics,0,MetricStat,Metric,Dimensions,0,value}'), mapping.text_at(payload, '{Trigger,Metrics,1,MetricStat,Metric,Dimensions,0,value}'), mapping.text_at(payload, '{Dimensions,0,Value}'), mapping.text_at(payload, '{Trigger,Namespace}'), mapping.text_at(payload, '{Namespace}'))
    end as service,
    case variant
        when 'event of a Lambda action' then coalesce(mapping.text_at(payload, '{alarmData,configuration,metrics,0,metricStat,metric,name}'), mapping.text_at(payload, '{alarmData,configuration,metrics,1,metricStat,metric,name}'), mapping.text_at(payload, '{alarmData,configuration,metrics,0,label}'))
        when 'event of EventBridge' then coalesce(mapping.text_at(payload, '{detail,configuration,metrics,0,metricStat,metric,name}'), mapping.text_at(payload, '{detail,configuration,metrics,1,metricStat,metric,name}'), mapping.text_at(payload, '{detail,configuration,metrics,0,label}'))
        when 'alarm' then coalesce(mapping.text_at(payload, '{MetricName}'), mapping.text_at(payload, '{Metrics,0,MetricStat,Metric,MetricName}'))
        when 'notification' then coalesce(mapping.text_at(payload, '{Trigger,MetricName}'), mapping.text_at(payload, '{MetricName}'), mapping.text_at(payload, '{Trigger,Metrics,0,MetricStat,Metric,MetricName}'))
    end as error_type,
    case variant
        when 'event of a Lambda action' then nullif(substring(mapping.text_at(payload, '{alarmData,configuration,description}') from '(?:^|[\s,;\[{(])(?:team|Team|owner|Owner)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), '')
        when 'event of EventBridge' then nullif(substring(mapping.text_at(payload, '{detail,configuration,description}') from '(?:^|[\s,;\[{(])(?:team|Team|owner|Owner)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), '')
        when 'alarm' then nullif(substring(mapping.text_at(payload, '{AlarmDescription}') from '(?:^|[\s,;\[{(])(?:team|Team|owner|Owner)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), '')
        when 'notification' then nullif(substring(mapping.text_at(payload, '{AlarmDescription}') from '(?:^|[\s,;\[{(])(?:team|Team|owner|Owner)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), '')
    end as team,
    case variant
        when 'event of a Lambda action' then nullif(substring(mapping.text_at(payload, '{alarmData,configuration,description}') from '(?:^|[\s,;\[{(])(?:environment|Environment|env|Env)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), '')
        when 'event of EventBridge' then nullif(substring(mapping.text_at(payload, '{detail,configuration,description}') from '(?:^|[\s,;\[{(])(?:environment|Environment|env|Env)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), '')
        when 'alarm' then nullif(substring(mapping.text_at(payload, '{AlarmDescription}') from '(?:^|[\s,;\[{(])(?:environment|Environment|env|Env)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), '')
        when 'notification' then nullif(substring(mapping.text_at(payload, '{AlarmDescription}') from '(?:^|[\s,;\[{(])(?:environment|Environment|env|Env)\s*[:=]\s*\"?([A-Za-z0-9_./-]+)'), '')
    end as environment,
    case variant
        when 'event of a Lambda action' then ('https://console.aws.amazon.com/cloudwatch/home?region=' || nullif(substring(mapping.text_at(payload, '{alarmArn}') from '^arn:aws[^:]*:cloudwatch:([^:]+):'), '') || '#alarmsV2:alarm/' || mapping.text_at(payload, '{alarmData,alarmName}'))
        when 'event of EventBridge' then ('https://console.aws.amazon.com/cloudwatch/home?region=' || nullif(substring(mapping.text_at(payload, '{resources,0}') from '^arn:aws[^:]*:cloudwatch:([^:]+):'), '') || '#alarmsV2:alarm/' || mapping.text_at(payload, '{detail,alarmName}'))
        when 'alarm' then ('https://console.aws.amazon.com/cloudwatch/home?region=' || nullif(substring(mapping.text_at(payload, '{AlarmArn}') from '^arn:aws[^:]*:cloudwatch:([^:]+):'), '') || '#alarmsV2:alarm/' || mapping.text_at(payload, '{AlarmName}'))
        when 'notification' then ('https://console.aws.amazon.com/cloudwatch/home?region=' || nullif(substring(mapping.text_at(payload, '{AlarmArn}') from '^arn:aws[^:]*:cloudwatch:([^:]+):'), '') || '#alarmsV2:alarm/' || mapping.text_at(payload, '{AlarmName}'))
    end as external_url,
    case variant
        when 'event of a Lambda action' then coalesce(mapping.instant_at(payload, '{alarmData,state,timestamp}'), mapping.instant_at(payload, '{time}'))
        when 'event of EventBridge' then coalesce(mapping.instant_at(payload, '{detail,state,timestamp}'), mapping.instant_at(payload, '{time}'))
        when 'history' then coalesce(mapping.instant_at(payload, '{Timestamp}'), mapping.epoch_at(payload, '{Timestamp}', 1))
        when 'alarm' then coalesce(coalesce(mapping.epoch_at(payload, '{StateTransitionedTimestamp}', 1), mapping.epoch_at(payload, '{StateUpdatedTimestamp}', 1)), coalesce(mapping.instant_at(payload, '{StateTransitionedTimestamp}'), mapping.instant_at(payload, '{StateUpdatedTimestamp}')))
        when 'notification' then mapping.instant_at(payload, '{StateChangeTime}')
    end as source_created_at,
    case variant
        when 'event of a Lambda action' then coalesce(mapping.instant_at(payload, '{alarmData,state,timestamp}'), mapping.instant_at(payload, '{time}'))
        when 'event of EventBridge' then coalesce(mapping.instant_at(payload, '{detail,state,timestamp}'), mapping.instant_at(payload, '{time}'))
        when 'history' then coalesce(mapping.instant_at(payload, '{Timestamp}'), mapping.epoch_at(payload, '{Timestamp}', 1))
        when 'alarm' then coalesce(mapping.epoch_at(payload, '{StateUpdatedTimestamp}', 1), mapping.instant_at(payload, '{StateUpdatedTimestamp}'))
        when 'notification' then mapping.instant_at(payload, '{StateChangeTime}')
    end as resolved_at,
    case variant
        when 'event of a Lambda action' then jsonb_strip_nulls(jsonb_build_object('account', coalesce(nullif(payload #> '{accountId}', 'null'), nullif(payload #> '{account}', 'null')), 'region', payload #> '{region}', 'previous_state', payload #> '{alarmData,previousState,value}', 'rule', payload #> '{alarmData,configuration,alarmRule}'))
        when 'event of EventBridge' then jsonb_strip_nulls(jsonb_build_object('account', coalesce(nullif(payload #> '{accountId}', 'null'), nullif(payload #> '{account}', 'null')), 'region', payload #> '{region}', 'previous_state', payload #> '{detail,previousState,value}', 'rule', payload #> '{detail,configuration,alarmRule}'))
        when 'alarm' then jsonb_strip_nulls(jsonb_build_object('namespace', payload #> '{Namespace}', 'rule', payload #> '{AlarmRule}'))
        when 'notification' then jsonb_strip_nulls(jsonb_build_object('account', payload #> '{AWSAccountId}', 'region', payload #> '{Region}', 'namespace', coalesce(nullif(payload #> '{Trigger,Namespace}', 'null'), nullif(payload #> '{Namespace}', 'null')), 'previous_state', payload #> '{OldStateValue}'))
        else '{}'::jsonb
    end as attributes
from variants
