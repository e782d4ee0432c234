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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'sumo_logic_cloud_siem'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'sumo_logic_cloud_siem') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'sumo_logic_cloud_siem' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{readableId}') or mapping.has_value(payload, '{status,name}') or mapping.has_value(payload, '{resolution}'))) then 'insight'
            when (mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{ruleId}') or mapping.has_value(payload, '{stage}'))) then 'signal'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'sumo_logic_cloud_siem'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'insight' then mapping.text_at(payload, '{name}')
        when 'signal' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'insight' then mapping.text_at(payload, '{description}')
        when 'signal' then coalesce(mapping.text_at(payload, '{summary}'), mapping.text_at(payload, '{description}'))
    end as body,
    case variant
        when 'insight' then mapping.text_at(payload, '{severity}')
        when 'signal' then ('level ' || mapping.text_at(payload, '{severity}'))
    end as severity_value,
    case variant when 'insight' then coalesce(mapping.text_at(payload, '{status,name}'), mapping.text_at(payload, '{status}')) end as status_value,
    case variant
        when 'insight' then coalesce(mapping.text_at(payload, '{entity,hostname}'), mapping.text_at(payload, '{entity,name}'), mapping.text_at(payload, '{entity,value}'))
        when 'signal' then coalesce(mapping.text_at(payload, '{entity,hostname}'), mapping.text_at(payload, '{entity,name}'), mapping.text_at(payload, '{entity,value}'))
    end as service,
    case variant
        when 'insight' then coalesce(mapping.text_at(payload, '{signals,0,ruleId}'), mapping.text_at(payload, '{signals,0,stage}'))
        when 'signal' then coalesce(mapping.text_at(payload, '{ruleId}'), mapping.text_at(payload, '{stage}'))
    end as error_type,
    case variant when 'insight' then coalesce(mapping.text_at(payload, '{teamAssignedTo}'), mapping.text_at(payload, '{assignee,displayName}'), mapping.text_at(payload, '{assignedTo}')) end as team,
    null::text as environment,
    null::text as external_url,
    case variant
        when 'insight' then coalesce(mapping.instant_at(payload, '{created}'), mapping.instant_at(payload, '{timestamp}'))
        when 'signal' then coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{created}'))
    end as source_created_at,
    case variant when 'insight' then coalesce(mapping.instant_at(payload, '{closed}'), mapping.instant_at(payload, '{lastUpdated}')) end as resolved_at,
    case variant
        when 'insight' then jsonb_strip_nulls(jsonb_build_object('readable_id', payload #> '{readableId}', 'confidence', payload #> '{confidence}', 'resolution', payload #> '{resolution}', 'tags', payload #> '{tags}'))
        when 'signal' then jsonb_strip_nulls(jsonb_build_object('stage', payload #> '{stage}', 'rule', payload #> '{ruleId}', 'suppressed', payload #> '{suppressed}', 'tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
