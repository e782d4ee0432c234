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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'cybereason'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'cybereason') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'cybereason' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{guid}') and mapping.has_value(payload, '{displayName}') and (mapping.has_value(payload, '{severity}') or mapping.has_value(payload, '{malopDetectionType}') or mapping.has_value(payload, '{isMalop}'))) then 'MalOp'
            when mapping.has_value(payload, '{simpleValues,malopStartTime}') then 'MalOp of the visual search'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'cybereason'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'MalOp' then mapping.text_at(payload, '{displayName}')
        when 'MalOp of the visual search' then coalesce(mapping.text_at(payload, '{simpleValues,rootCauseElementNames,values,0}'), mapping.text_at(payload, '{simpleValues,elementDisplayName,values,0}'), mapping.text_at(payload, '{simpleValues,decisionFeature,values,0}'))
    end as title,
    case variant
        when 'MalOp' then coalesce(mapping.text_at(payload, '{descriptions,0}'), mapping.text_at(payload, '{rootCauseElementType}'))
        when 'MalOp of the visual search' then mapping.text_at(payload, '{simpleValues,decisionFeature,values,0}')
    end as body,
    case variant
        when 'MalOp' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{malopPriority}'))
        when 'MalOp of the visual search' then coalesce(mapping.text_at(payload, '{simpleValues,severity,values,0}'), mapping.text_at(payload, '{malopPriority}'))
    end as severity_value,
    case variant
        when 'MalOp' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{investigationStatus}'))
        when 'MalOp of the visual search' then case when (mapping.has_value(payload, '{simpleValues,closeTime,values,0}') or coalesce(lower(mapping.text_at(payload, '{simpleValues,managementStatus,values,0}')) in ('closed'), false)) then 'Closed' else coalesce(mapping.text_at(payload, '{simpleValues,managementStatus,values,0}'), 'Active') end
    end as status_value,
    case variant
        when 'MalOp' then coalesce(mapping.text_at(payload, '{machines,0,displayName}'), mapping.text_at(payload, '{affectedMachines,0,displayName}'))
        when 'MalOp of the visual search' then mapping.text_at(payload, '{elementValues,affectedMachines,elementValues,0,name}')
    end as service,
    case variant
        when 'MalOp' then coalesce(mapping.text_at(payload, '{malopDetectionType}'), mapping.text_at(payload, '{detectionTypes,0}'), mapping.text_at(payload, '{malopType}'))
        when 'MalOp of the visual search' then coalesce(mapping.text_at(payload, '{simpleValues,malopActivityTypes,values,0}'), mapping.text_at(payload, '{simpleValues,detectionType,values,0}'))
    end as error_type,
    case variant when 'MalOp' then mapping.text_at(payload, '{group}') end as team,
    null::text as environment,
    null::text as external_url,
    case variant
        when 'MalOp' then coalesce(mapping.epoch_at(payload, '{creationTime}', 1000), mapping.epoch_at(payload, '{firstSeen}', 1000))
        when 'MalOp of the visual search' then coalesce(mapping.epoch_at(payload, '{simpleValues,creationTime,values,0}', 1000), mapping.epoch_at(payload, '{simpleValues,malopStartTime,values,0}', 1000))
    end as source_created_at,
    case variant
        when 'MalOp' then coalesce(mapping.epoch_at(payload, '{malopCloseTime}', 1000), mapping.epoch_at(payload, '{closeTime}', 1000), mapping.epoch_at(payload, '{lastUpdateTime}', 1000), mapping.epoch_at(payload, '{lastSeen}', 1000))
        when 'MalOp of the visual search' then coalesce(mapping.epoch_at(payload, '{simpleValues,closeTime,values,0}', 1000), mapping.epoch_at(payload, '{simpleValues,malopLastUpdateTime,values,0}', 1000))
    end as resolved_at,
    case variant
        when 'MalOp' then jsonb_strip_nulls(jsonb_build_object('detection_types', payload #> '{detectionTypes}', 'root_cause', payload #> '{rootCauseElementType}', 'file_hash', payload #> '{fileHash}', 'labels', payload #> '{labels}'))
        when 'MalOp of the visual search' then jsonb_strip_nulls(jsonb_build_object('decision', payload #> '{simpleValues,decisionFeature,values,0}'))
        else '{}'::jsonb
    end as attributes
from variants
