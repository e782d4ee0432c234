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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'kustomer'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'kustomer') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'kustomer' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{attributes,status}') and (mapping.has_value(payload, '{attributes,createdAt}') or mapping.has_value(payload, '{attributes,name}')) and (not mapping.has_value(payload, '{type}') or coalesce(lower(mapping.text_at(payload, '{type}')) in ('conversation'), false))) then 'conversation'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'kustomer'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{attributes,name}'), mapping.text_at(payload, '{attributes,preview}'), ('Conversation ' || mapping.text_at(payload, '{id}'))) end as title,
    case variant when 'conversation' then mapping.text_at(payload, '{attributes,preview}') end as body,
    case variant when 'conversation' then coalesce(('priority ' || mapping.text_at(payload, '{attributes,priority}')), mapping.severity_label_at(payload, '{attributes,tags}')) end as severity_value,
    case variant when 'conversation' then mapping.text_at(payload, '{attributes,status}') end as status_value,
    case variant when 'conversation' then coalesce(mapping.tag_at(payload, '{attributes,tags}', 'service|product'), mapping.text_at(payload, '{attributes,queue,name}'), mapping.text_at(payload, '{attributes,custom,productStr}')) end as service,
    null::text as error_type,
    case variant when 'conversation' then mapping.text_at(payload, '{attributes,assignedTeams,0}') end as team,
    case variant when 'conversation' then mapping.tag_at(payload, '{attributes,tags}', 'env|environment') end as environment,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{links,web}'), mapping.text_at(payload, '{links,self}')) end as external_url,
    case variant when 'conversation' then mapping.instant_at(payload, '{attributes,createdAt}') end as source_created_at,
    case variant when 'conversation' then coalesce(mapping.instant_at(payload, '{attributes,lastDone,createdAt}'), mapping.instant_at(payload, '{attributes,endedAt}'), mapping.instant_at(payload, '{attributes,updatedAt}')) end as resolved_at,
    case variant
        when 'conversation' then jsonb_strip_nulls(jsonb_build_object('channels', payload #> '{attributes,channels}', 'tags', payload #> '{attributes,tags}'))
        else '{}'::jsonb
    end as attributes
from variants
