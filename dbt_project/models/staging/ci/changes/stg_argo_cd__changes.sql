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
    where r.source = 'argo_cd' and kind = 'change'

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{status,operationState,phase}') and mapping.has_value(payload, '{metadata,name}')) then 'sync'
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
    case variant when 'sync' then 'deploy' end as change_kind,
    case variant when 'sync' then nullif(concat_ws(' to ', (mapping.text_at(payload, '{metadata,name}') || ' synced'), coalesce(mapping.text_at(payload, '{status,operationState,syncResult,revision}'), mapping.text_at(payload, '{status,summary,images,0}'))), '') end as title,
    case variant when 'sync' then coalesce(mapping.text_at(payload, '{metadata,labels,"app.kubernetes.io/name"}'), mapping.text_at(payload, '{metadata,name}')) end as service,
    case variant when 'sync' then coalesce(mapping.text_at(payload, '{metadata,labels,environment}'), mapping.text_at(payload, '{metadata,labels,env}'), mapping.text_at(payload, '{spec,destination,namespace}'), mapping.text_at(payload, '{spec,destination,name}')) end as environment,
    case variant when 'sync' then coalesce(mapping.text_at(payload, '{metadata,annotations,"link.argocd.argoproj.io/external-link"}'), (nullif(config ->> 'base_url', '') || '/applications/' || mapping.text_at(payload, '{metadata,name}'))) end as external_url,
    case variant when 'sync' then coalesce(mapping.instant_at(payload, '{status,operationState,finishedAt}'), mapping.instant_at(payload, '{status,operationState,startedAt}')) end as changed_at
from variants
