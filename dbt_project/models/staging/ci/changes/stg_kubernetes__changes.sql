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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'kubernetes'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'kubernetes') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'kubernetes' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{reason}') and (mapping.has_value(payload, '{involvedObject}') or mapping.has_value(payload, '{regarding}'))) then 'rollout'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'kubernetes'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'rollout' then 'deploy' end as change_kind,
    case variant when 'rollout' then coalesce((mapping.text_at(payload, '{involvedObject,name}') || ': ' || mapping.text_at(payload, '{message}')), (mapping.text_at(payload, '{regarding,name}') || ': ' || mapping.text_at(payload, '{note}')), mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{note}')) end as title,
    case variant when 'rollout' then coalesce(mapping.text_at(payload, '{involvedObject,labels,"app.kubernetes.io/name"}'), mapping.text_at(payload, '{regarding,labels,"app.kubernetes.io/name"}'), mapping.text_at(payload, '{involvedObject,labels,app}'), mapping.text_at(payload, '{regarding,labels,app}'), mapping.text_at(payload, '{involvedObject,ownerReferences,0,name}'), mapping.text_at(payload, '{regarding,ownerReferences,0,name}'), mapping.text_at(payload, '{involvedObject,name}'), mapping.text_at(payload, '{regarding,name}')) end as service,
    case variant when 'rollout' then coalesce(mapping.text_at(payload, '{clusterName}'), mapping.text_at(payload, '{involvedObject,namespace}'), mapping.text_at(payload, '{regarding,namespace}'), nullif(substring(mapping.text_at(payload, '{metadata,namespace}') from '.+'), '')) end as environment,
    null::text as external_url,
    case variant when 'rollout' then coalesce(mapping.instant_at(payload, '{series,lastObservedTime}'), mapping.instant_at(payload, '{lastTimestamp}'), mapping.instant_at(payload, '{deprecatedLastTimestamp}'), mapping.instant_at(payload, '{eventTime}'), mapping.instant_at(payload, '{metadata,creationTimestamp}')) end as changed_at
from variants
