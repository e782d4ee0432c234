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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'gcp_monitoring'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'gcp_monitoring') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'gcp_monitoring' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{incident,incident_id}') and mapping.has_value(payload, '{incident,state}')) then 'notification'
            when (mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{state}') and mapping.has_value(payload, '{openTime}')) then 'alert'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'gcp_monitoring'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{incident,documentation,subject}'), mapping.text_at(payload, '{incident,summary}'), mapping.text_at(payload, '{incident,condition_name}'), mapping.text_at(payload, '{incident,policy_name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{policy,displayName}'), ('Alert ' || mapping.text_at(payload, '{name}')))
    end as title,
    case variant when 'notification' then nullif(coalesce(mapping.text_at(payload, '{incident,documentation,content}'), mapping.text_at(payload, '{incident,documentation}'), mapping.text_at(payload, '{incident,summary}')), coalesce(mapping.text_at(payload, '{incident,documentation,subject}'), mapping.text_at(payload, '{incident,summary}'), mapping.text_at(payload, '{incident,condition_name}'), mapping.text_at(payload, '{incident,policy_name}'))) end as body,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{incident,severity}'), mapping.text_at(payload, '{incident,policy_user_labels,severity}'), mapping.text_at(payload, '{incident,metadata,system_labels,severity}'), mapping.text_at(payload, '{incident,metadata,user_labels,severity}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{policy,severity}'), mapping.text_at(payload, '{policy,userLabels,severity}'))
    end as severity_value,
    case variant
        when 'notification' then mapping.text_at(payload, '{incident,state}')
        when 'alert' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{incident,policy_user_labels,service}'), mapping.text_at(payload, '{incident,metadata,user_labels,service}'), mapping.text_at(payload, '{incident,metadata,user_labels,app}'), mapping.text_at(payload, '{incident,resource,labels,service_name}'), mapping.text_at(payload, '{incident,resource,labels,module_id}'), mapping.text_at(payload, '{incident,resource,labels,function_name}'), mapping.text_at(payload, '{incident,resource,labels,database_id}'), mapping.text_at(payload, '{incident,resource,labels,container_name}'), mapping.text_at(payload, '{incident,resource,labels,cluster_name}'), mapping.text_at(payload, '{incident,resource,labels,host}'), mapping.text_at(payload, '{incident,resource,labels,topic_id}'), mapping.text_at(payload, '{incident,resource,labels,subscription_id}'), mapping.text_at(payload, '{incident,resource_display_name}'), mapping.text_at(payload, '{incident,resource,labels,instance_id}'), mapping.text_at(payload, '{incident,resource_name}'), mapping.text_at(payload, '{incident,resource_id}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{policy,userLabels,service}'), mapping.text_at(payload, '{metadata,userLabels,service}'), mapping.text_at(payload, '{metadata,userLabels,app}'), mapping.text_at(payload, '{resource,labels,service_name}'), mapping.text_at(payload, '{resource,labels,module_id}'), mapping.text_at(payload, '{resource,labels,function_name}'), mapping.text_at(payload, '{resource,labels,database_id}'), mapping.text_at(payload, '{resource,labels,container_name}'), mapping.text_at(payload, '{resource,labels,cluster_name}'), mapping.text_at(payload, '{resource,labels,host}'), mapping.text_at(payload, '{resource,labels,topic_id}'), mapping.text_at(payload, '{resource,labels,subscription_id}'), mapping.text_at(payload, '{resource,labels,instance_id}'), mapping.text_at(payload, '{resource,type}'))
    end as service,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{incident,metric,type}'), mapping.text_at(payload, '{incident,condition_name}'), mapping.text_at(payload, '{incident,condition,displayName}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{metric,type}'), mapping.text_at(payload, '{policy,displayName}'))
    end as error_type,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{incident,policy_user_labels,team}'), mapping.text_at(payload, '{incident,metadata,user_labels,team}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{policy,userLabels,team}'), mapping.text_at(payload, '{metadata,userLabels,team}'))
    end as team,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{incident,policy_user_labels,environment}'), mapping.text_at(payload, '{incident,policy_user_labels,env}'), mapping.text_at(payload, '{incident,metadata,user_labels,environment}'), mapping.text_at(payload, '{incident,metadata,user_labels,env}'), mapping.text_at(payload, '{incident,scoping_project_id}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{policy,userLabels,environment}'), mapping.text_at(payload, '{policy,userLabels,env}'), mapping.text_at(payload, '{metadata,userLabels,environment}'), mapping.text_at(payload, '{resource,labels,project_id}'), nullif(substring(mapping.text_at(payload, '{name}') from '^projects/([^/]+)/'), ''))
    end as environment,
    case variant
        when 'notification' then mapping.text_at(payload, '{incident,url}')
        when 'alert' then ('https://console.cloud.google.com/monitoring/alerting?project=' || nullif(config ->> 'project', ''))
    end as external_url,
    case variant
        when 'notification' then coalesce(mapping.epoch_at(payload, '{incident,started_at}', 1), mapping.instant_at(payload, '{incident,started_at}'))
        when 'alert' then mapping.instant_at(payload, '{openTime}')
    end as source_created_at,
    case variant
        when 'notification' then coalesce(mapping.epoch_at(payload, '{incident,ended_at}', 1), mapping.instant_at(payload, '{incident,ended_at}'))
        when 'alert' then mapping.instant_at(payload, '{closeTime}')
    end as resolved_at,
    case variant
        when 'notification' then jsonb_strip_nulls(jsonb_build_object('policy', payload #> '{incident,policy_name}', 'condition', payload #> '{incident,condition_name}', 'observed', payload #> '{incident,observed_value}', 'threshold', payload #> '{incident,threshold_value}', 'project', payload #> '{incident,scoping_project_id}'))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('policy', payload #> '{policy,name}', 'resource', payload #> '{resource,labels}'))
        else '{}'::jsonb
    end as attributes
from variants
