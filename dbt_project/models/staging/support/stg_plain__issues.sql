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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'plain'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'plain') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'plain' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{node,id}') and mapping.has_value(payload, '{node,status}')) then 'listed thread'
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{title}') or mapping.has_value(payload, '{previewText}'))) then 'thread'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'plain'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'listed thread' then coalesce(mapping.text_at(payload, '{node,title}'), mapping.text_at(payload, '{node,previewText}'))
        when 'thread' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{previewText}'))
    end as title,
    case variant
        when 'listed thread' then mapping.text_at(payload, '{node,previewText}')
        when 'thread' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{previewText}'))
    end as body,
    case variant
        when 'listed thread' then ('priority ' || mapping.text_at(payload, '{node,priority}'))
        when 'thread' then ('priority ' || mapping.text_at(payload, '{priority}'))
    end as severity_value,
    case variant
        when 'listed thread' then mapping.text_at(payload, '{node,status}')
        when 'thread' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'listed thread' then coalesce(mapping.text_at(payload, '{node,labels,0,labelType,name}'), mapping.text_at(payload, '{node,tier,name}'))
        when 'thread' then coalesce(mapping.text_at(payload, '{labels,0,labelType,name}'), mapping.text_at(payload, '{tier,name}'))
    end as service,
    null::text as error_type,
    case variant
        when 'listed thread' then coalesce(mapping.text_at(payload, '{node,assignedTo,fullName}'), mapping.text_at(payload, '{node,assignedTo,id}'))
        when 'thread' then coalesce(mapping.text_at(payload, '{assignedTo,fullName}'), mapping.text_at(payload, '{assignedTo,id}'), mapping.text_at(payload, '{assignee,fullName}'))
    end as team,
    null::text as environment,
    case variant when 'thread' then mapping.text_at(payload, '{link}') end as external_url,
    case variant
        when 'listed thread' then mapping.instant_at(payload, '{node,createdAt,iso8601}')
        when 'thread' then coalesce(mapping.instant_at(payload, '{createdAt,iso8601}'), mapping.instant_at(payload, '{createdAt}'))
    end as source_created_at,
    case variant
        when 'listed thread' then coalesce(mapping.instant_at(payload, '{node,statusChangedAt,iso8601}'), mapping.instant_at(payload, '{node,updatedAt,iso8601}'))
        when 'thread' then coalesce(mapping.instant_at(payload, '{statusChangedAt,iso8601}'), mapping.instant_at(payload, '{statusChangedAt}'), mapping.instant_at(payload, '{updatedAt,iso8601}'), mapping.instant_at(payload, '{updatedAt}'))
    end as resolved_at,
    case variant
        when 'listed thread' then jsonb_strip_nulls(jsonb_build_object('reference', payload #> '{node,ref}', 'labels', payload #> '{node,labels}'))
        when 'thread' then jsonb_strip_nulls(jsonb_build_object('reference', payload #> '{ref}', 'labels', payload #> '{labels}'))
        else '{}'::jsonb
    end as attributes
from variants
