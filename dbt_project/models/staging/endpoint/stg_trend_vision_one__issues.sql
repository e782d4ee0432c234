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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'trend_vision_one'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'trend_vision_one') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'trend_vision_one' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and (mapping.has_value(payload, '{model}') or mapping.has_value(payload, '{workbenchLink}'))) then 'workbench alert'
            when (mapping.has_value(payload, '{workbenchId}') and mapping.has_value(payload, '{workbenchName}')) then 'workbench alert of API version 2'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'trend_vision_one'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'workbench alert' then coalesce(mapping.text_at(payload, '{model}'), mapping.text_at(payload, '{description}'))
        when 'workbench alert of API version 2' then mapping.text_at(payload, '{workbenchName}')
    end as title,
    case variant
        when 'workbench alert' then mapping.text_at(payload, '{description}')
        when 'workbench alert of API version 2' then mapping.text_at(payload, '{description}')
    end as body,
    case variant
        when 'workbench alert' then mapping.text_at(payload, '{severity}')
        when 'workbench alert of API version 2' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'workbench alert' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{investigationStatus}'))
        when 'workbench alert of API version 2' then coalesce(mapping.text_at(payload, '{investigationStatus}'), mapping.text_at(payload, '{status}'))
    end as status_value,
    case variant
        when 'workbench alert' then coalesce(mapping.element_at(payload, '{impactScope,entities}', '{entityType}', 'host', '{entityValue,name}'), mapping.text_at(payload, '{impactScope,entities,0,entityValue,name}'), mapping.text_at(payload, '{impactScope,entities,0,entityId}'))
        when 'workbench alert of API version 2' then coalesce(mapping.element_at(payload, '{impactScope}', '{entityType}', 'host', '{entityValue,name}'), mapping.text_at(payload, '{impactScope,0,entityId}'))
    end as service,
    case variant when 'workbench alert' then coalesce(mapping.text_at(payload, '{matchedRules,0,matchedFilters,0,mitreTechniqueIds,0}'), mapping.text_at(payload, '{matchedRules,0,name}'), mapping.text_at(payload, '{alertProvider}')) end as error_type,
    case variant when 'workbench alert' then coalesce(mapping.text_at(payload, '{caseOwner}'), mapping.text_at(payload, '{ownerIds,0}')) end as team,
    null::text as environment,
    case variant
        when 'workbench alert' then mapping.text_at(payload, '{workbenchLink}')
        when 'workbench alert of API version 2' then mapping.text_at(payload, '{workbenchLink}')
    end as external_url,
    case variant
        when 'workbench alert' then mapping.instant_at(payload, '{createdDateTime}')
        when 'workbench alert of API version 2' then coalesce(mapping.instant_at(payload, '{workbenchCompleteTimestamp}'), mapping.instant_at(payload, '{createdTime}'))
    end as source_created_at,
    case variant
        when 'workbench alert' then mapping.instant_at(payload, '{updatedDateTime}')
        when 'workbench alert of API version 2' then mapping.instant_at(payload, '{updatedTime}')
    end as resolved_at,
    case variant
        when 'workbench alert' then jsonb_strip_nulls(jsonb_build_object('score', payload #> '{score}', 'investigation', coalesce(nullif(payload #> '{investigationResult}', 'null'), nullif(payload #> '{investigationStatus}', 'null')), 'provider', payload #> '{alertProvider}', 'incident', payload #> '{incidentId}'))
        else '{}'::jsonb
    end as attributes
from variants
