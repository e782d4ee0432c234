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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'monday'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'monday') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'monday' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{pulseId}') and mapping.has_value(payload, '{boardId}')) then 'webhook'
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{column_values}') or mapping.has_value(payload, '{board}') or mapping.has_value(payload, '{group}'))) then 'item'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'monday'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{pulseName}'), ('Item ' || mapping.text_at(payload, '{pulseId}')))
        when 'item' then mapping.text_at(payload, '{name}')
    end as title,
    case variant when 'item' then coalesce(mapping.element_at(payload, '{column_values}', '{id}', 'text', '{text}'), mapping.element_at(payload, '{column_values}', '{id}', 'long_text', '{text}')) end as body,
    case variant when 'item' then coalesce(mapping.element_at(payload, '{column_values}', '{id}', 'priority', '{text}'), mapping.element_at(payload, '{column_values}', '{column,title}', 'Priority', '{text}'), mapping.element_at(payload, '{column_values}', '{title}', 'Priority', '{text}')) end as severity_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{value,label,text}'), mapping.text_at(payload, '{type}'))
        when 'item' then coalesce(mapping.element_at(payload, '{column_values}', '{id}', 'status', '{text}'), mapping.element_at(payload, '{column_values}', '{column,title}', 'Status', '{text}'), mapping.element_at(payload, '{column_values}', '{title}', 'Status', '{text}'), mapping.text_at(payload, '{state}'))
    end as status_value,
    case variant
        when 'webhook' then mapping.text_at(payload, '{boardId}')
        when 'item' then coalesce(mapping.element_at(payload, '{column_values}', '{column,title}', 'Service', '{text}'), mapping.text_at(payload, '{board,name}'))
    end as service,
    null::text as error_type,
    case variant
        when 'webhook' then mapping.text_at(payload, '{groupName}')
        when 'item' then coalesce(mapping.element_at(payload, '{column_values}', '{column,title}', 'Team', '{text}'), mapping.text_at(payload, '{group,title}'))
    end as team,
    null::text as environment,
    case variant when 'item' then mapping.text_at(payload, '{url}') end as external_url,
    case variant
        when 'webhook' then coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{triggerTime}'))
        when 'item' then mapping.instant_at(payload, '{created_at}')
    end as source_created_at,
    case variant when 'item' then mapping.instant_at(payload, '{updated_at}') end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('column', payload #> '{columnTitle}', 'board', payload #> '{boardId}'))
        when 'item' then jsonb_strip_nulls(jsonb_build_object('board', payload #> '{board,name}', 'group', payload #> '{group,title}', 'state', payload #> '{state}'))
        else '{}'::jsonb
    end as attributes
from variants
