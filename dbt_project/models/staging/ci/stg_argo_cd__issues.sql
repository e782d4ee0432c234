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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'argo_cd'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'argo_cd') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'argo_cd' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('sync') and mapping.has_value(payload, '{status,operationState,phase}') and mapping.has_value(payload, '{metadata,name}')) then 'failed sync'
            when (kind in ('health') and mapping.has_value(payload, '{status,health,status}') and mapping.has_value(payload, '{metadata,name}')) then 'unhealthy application'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'argo_cd'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'failed sync' then nullif(concat_ws(': ', (mapping.text_at(payload, '{metadata,name}') || ' sync ' || mapping.text_at(payload, '{status,operationState,phase}')), mapping.text_at(payload, '{status,operationState,message}')), '')
        when 'unhealthy application' then nullif(concat_ws(': ', (mapping.text_at(payload, '{metadata,name}') || ' is ' || mapping.text_at(payload, '{status,health,status}')), mapping.text_at(payload, '{status,health,message}')), '')
    end as title,
    case variant
        when 'failed sync' then coalesce(mapping.text_at(payload, '{status,operationState,message}'), mapping.text_at(payload, '{status,conditions,0,message}'))
        when 'unhealthy application' then coalesce(mapping.text_at(payload, '{status,health,message}'), mapping.text_at(payload, '{status,conditions,0,message}'))
    end as body,
    case variant
        when 'failed sync' then mapping.text_at(payload, '{status,operationState,phase}')
        when 'unhealthy application' then mapping.text_at(payload, '{status,health,status}')
    end as severity_value,
    case variant
        when 'failed sync' then mapping.text_at(payload, '{status,operationState,phase}')
        when 'unhealthy application' then mapping.text_at(payload, '{status,health,status}')
    end as status_value,
    case variant
        when 'failed sync' then coalesce(mapping.text_at(payload, '{metadata,labels,"app.kubernetes.io/name"}'), mapping.text_at(payload, '{metadata,name}'))
        when 'unhealthy application' then coalesce(mapping.text_at(payload, '{metadata,labels,"app.kubernetes.io/name"}'), mapping.text_at(payload, '{metadata,name}'))
    end as service,
    case variant
        when 'failed sync' then coalesce(mapping.text_at(payload, '{status,conditions,0,type}'), 'sync_failed')
        when 'unhealthy application' then coalesce(mapping.text_at(payload, '{status,conditions,0,type}'), ('health_' || mapping.text_at(payload, '{status,health,status}')))
    end as error_type,
    case variant
        when 'failed sync' then coalesce(mapping.text_at(payload, '{metadata,labels,team}'), mapping.text_at(payload, '{metadata,annotations,team}'), mapping.text_at(payload, '{spec,project}'))
        when 'unhealthy application' then coalesce(mapping.text_at(payload, '{metadata,labels,team}'), mapping.text_at(payload, '{metadata,annotations,team}'), mapping.text_at(payload, '{spec,project}'))
    end as team,
    case variant
        when 'failed sync' then coalesce(mapping.text_at(payload, '{metadata,labels,environment}'), mapping.text_at(payload, '{metadata,labels,env}'), mapping.text_at(payload, '{spec,destination,namespace}'), mapping.text_at(payload, '{spec,destination,name}'))
        when 'unhealthy application' then coalesce(mapping.text_at(payload, '{metadata,labels,environment}'), mapping.text_at(payload, '{metadata,labels,env}'), mapping.text_at(payload, '{spec,destination,namespace}'), mapping.text_at(payload, '{spec,destination,name}'))
    end as environment,
    case variant
        when 'failed sync' then coalesce(mapping.text_at(payload, '{metadata,annotations,"link.argocd.argoproj.io/external-link"}'), (nullif(config ->> 'base_url', '') || '/applications/' || mapping.text_at(payload, '{metadata,name}')))
        when 'unhealthy application' then coalesce(mapping.text_at(payload, '{metadata,annotations,"link.argocd.argoproj.io/external-link"}'), (nullif(config ->> 'base_url', '') || '/applications/' || mapping.text_at(payload, '{metadata,name}')))
    end as external_url,
    case variant
        when 'failed sync' then mapping.instant_at(payload, '{status,operationState,startedAt}')
        when 'unhealthy application' then coalesce(mapping.instant_at(payload, '{status,health,lastTransitionTime}'), mapping.instant_at(payload, '{status,reconciledAt}'))
    end as source_created_at,
    case variant
        when 'failed sync' then mapping.instant_at(payload, '{status,operationState,finishedAt}')
        when 'unhealthy application' then coalesce(mapping.instant_at(payload, '{status,health,lastTransitionTime}'), mapping.instant_at(payload, '{status,reconciledAt}'))
    end as resolved_at,
    case variant
        when 'failed sync' then jsonb_strip_nulls(jsonb_build_object('revision', coalesce(nullif(payload #> '{status,operationState,syncResult,revision}', 'null'), nullif(payload #> '{status,sync,revision}', 'null')), 'repository', payload #> '{spec,source,repoURL}', 'project', payload #> '{spec,project}'))
        when 'unhealthy application' then jsonb_strip_nulls(jsonb_build_object('revision', payload #> '{status,sync,revision}', 'sync', payload #> '{status,sync,status}', 'project', payload #> '{spec,project}'))
        else '{}'::jsonb
    end as attributes
from variants
