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
    where r.source = 'kubernetes' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{reason}') and (mapping.has_value(payload, '{involvedObject}') or mapping.has_value(payload, '{regarding}'))) then 'event'
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
    case variant when 'event' then coalesce((mapping.text_at(payload, '{reason}') || ': ' || mapping.text_at(payload, '{involvedObject,kind}') || ' ' || mapping.text_at(payload, '{involvedObject,name}')), (mapping.text_at(payload, '{reason}') || ': ' || mapping.text_at(payload, '{regarding,kind}') || ' ' || mapping.text_at(payload, '{regarding,name}')), mapping.text_at(payload, '{reason}')) end as title,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{note}')) end as body,
    case variant when 'event' then mapping.text_at(payload, '{type}') end as severity_value,
    case variant when 'event' then mapping.text_at(payload, '{type}') end as status_value,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{involvedObject,labels,"app.kubernetes.io/name"}'), mapping.text_at(payload, '{regarding,labels,"app.kubernetes.io/name"}'), mapping.text_at(payload, '{involvedObject,labels,app}'), mapping.text_at(payload, '{regarding,labels,app}'), mapping.text_at(payload, '{involvedObject,ownerReferences,0,name}'), mapping.text_at(payload, '{regarding,ownerReferences,0,name}'), mapping.text_at(payload, '{involvedObject,name}'), mapping.text_at(payload, '{regarding,name}')) end as service,
    case variant when 'event' then mapping.text_at(payload, '{reason}') end as error_type,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{involvedObject,labels,team}'), mapping.text_at(payload, '{regarding,labels,team}'), mapping.text_at(payload, '{involvedObject,annotations,team}'), mapping.text_at(payload, '{regarding,annotations,team}')) end as team,
    case variant when 'event' then coalesce(mapping.text_at(payload, '{clusterName}'), mapping.text_at(payload, '{involvedObject,labels,environment}'), mapping.text_at(payload, '{regarding,labels,environment}'), mapping.text_at(payload, '{involvedObject,labels,env}'), mapping.text_at(payload, '{regarding,labels,env}'), mapping.text_at(payload, '{involvedObject,namespace}'), mapping.text_at(payload, '{regarding,namespace}'), mapping.text_at(payload, '{metadata,namespace}')) end as environment,
    null::text as external_url,
    case variant when 'event' then coalesce(mapping.instant_at(payload, '{firstTimestamp}'), mapping.instant_at(payload, '{deprecatedFirstTimestamp}'), mapping.instant_at(payload, '{eventTime}'), mapping.instant_at(payload, '{metadata,creationTimestamp}'), mapping.instant_at(payload, '{lastTimestamp}')) end as source_created_at,
    case variant when 'event' then coalesce(mapping.instant_at(payload, '{series,lastObservedTime}'), mapping.instant_at(payload, '{lastTimestamp}'), mapping.instant_at(payload, '{deprecatedLastTimestamp}'), mapping.instant_at(payload, '{eventTime}'), mapping.instant_at(payload, '{metadata,creationTimestamp}')) end as resolved_at,
    case variant
        when 'event' then jsonb_strip_nulls(jsonb_build_object('count', coalesce(nullif(payload #> '{series,count}', 'null'), nullif(payload #> '{count}', 'null'), nullif(payload #> '{deprecatedCount}', 'null')), 'component', coalesce(nullif(payload #> '{source,component}', 'null'), nullif(payload #> '{reportingComponent}', 'null'), nullif(payload #> '{reportingController}', 'null')), 'node', coalesce(nullif(payload #> '{source,host}', 'null'), nullif(payload #> '{deprecatedSource,host}', 'null')), 'namespace', coalesce(nullif(payload #> '{involvedObject,namespace}', 'null'), nullif(payload #> '{regarding,namespace}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
