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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'intercom'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'intercom') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'intercom' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (coalesce(lower(mapping.text_at(payload, '{type}')) in ('ticket'), false) or mapping.has_value(payload, '{ticket_attributes}')) then 'ticket'
            when (mapping.has_value(payload, '{created_at}') and (mapping.has_value(payload, '{source}') or mapping.has_value(payload, '{conversation_message}') or mapping.has_value(payload, '{state}'))) then 'conversation'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'intercom'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'ticket' then coalesce(mapping.text_at(payload, '{ticket_attributes,_default_title_}'), ('Ticket ' || mapping.text_at(payload, '{ticket_id}')), ('Ticket ' || mapping.text_at(payload, '{id}')))
        when 'conversation' then coalesce(mapping.text_at(payload, '{title}'), mapping.plain_text_at(payload, '{source,subject}'), mapping.plain_text_at(payload, '{conversation_message,subject}'), mapping.plain_text_at(payload, '{source,body}'), mapping.plain_text_at(payload, '{conversation_message,body}'), ('Conversation ' || mapping.text_at(payload, '{id}')))
    end as title,
    case variant
        when 'ticket' then mapping.plain_text_at(payload, '{ticket_attributes,_default_description_}')
        when 'conversation' then coalesce(mapping.plain_text_at(payload, '{source,body}'), mapping.plain_text_at(payload, '{conversation_message,body}'))
    end as body,
    case variant
        when 'ticket' then coalesce(mapping.text_at(payload, '{ticket_attributes,Priority}'), mapping.text_at(payload, '{ticket_attributes,priority}'), mapping.text_at(payload, '{priority}'))
        when 'conversation' then mapping.text_at(payload, '{priority}')
    end as severity_value,
    case variant
        when 'ticket' then coalesce(mapping.text_at(payload, '{ticket_state,category}'), mapping.text_at(payload, '{ticket_state}'), mapping.text_at(payload, '{state}'))
        when 'conversation' then coalesce(mapping.text_at(payload, '{state}'), case when coalesce(lower(mapping.text_at(payload, '{open}')) in ('true'), false) then 'open' else case when mapping.has_value(payload, '{open}') then 'closed' else null::text end end)
    end as status_value,
    case variant
        when 'ticket' then coalesce(mapping.text_at(payload, '{ticket_type,name}'), mapping.text_at(payload, '{ticket_attributes,Product}'))
        when 'conversation' then coalesce(mapping.text_at(payload, '{custom_attributes,Product}'), mapping.text_at(payload, '{source,delivered_as}'))
    end as service,
    null::text as error_type,
    case variant
        when 'ticket' then nullif(substring(mapping.text_at(payload, '{team_assignee_id}') from '^0*[1-9]\d*$'), '')
        when 'conversation' then coalesce(nullif(substring(mapping.text_at(payload, '{team_assignee_id}') from '^0*[1-9]\d*$'), ''), mapping.text_at(payload, '{assignee,id}'))
    end as team,
    null::text as environment,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{links,conversation_web}'), mapping.text_at(payload, '{source,url}')) end as external_url,
    case variant
        when 'ticket' then mapping.epoch_at(payload, '{created_at}', 1)
        when 'conversation' then mapping.epoch_at(payload, '{created_at}', 1)
    end as source_created_at,
    case variant
        when 'ticket' then mapping.epoch_at(payload, '{updated_at}', 1)
        when 'conversation' then coalesce(mapping.epoch_at(payload, '{statistics,last_close_at}', 1), mapping.epoch_at(payload, '{updated_at}', 1))
    end as resolved_at,
    case variant
        when 'ticket' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{ticket_id}', 'category', payload #> '{category}', 'assignee', payload #> '{admin_assignee_id}'))
        when 'conversation' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags,tags}', 'assignee', payload #> '{admin_assignee_id}', 'contact', nullif(substring(mapping.text_at(payload, '{source,author,id}') from '\S+'), '')))
        else '{}'::jsonb
    end as attributes
from variants
