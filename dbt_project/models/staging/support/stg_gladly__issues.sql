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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'gladly'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'gladly') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'gladly' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{topicIds}') or mapping.has_value(payload, '{customerId}') or mapping.has_value(payload, '{inboxId}') or mapping.has_value(payload, '{assignee}'))) then 'conversation'
            when mapping.has_value(payload, '{content,conversationId}') then 'event'
            when mapping.has_value(payload, '{context,conversationId}') then 'listed event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'gladly'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'conversation' then coalesce(mapping.text_at(payload, '{topics,0,name}'), mapping.text_at(payload, '{topicIds,0}'), ('Conversation ' || mapping.text_at(payload, '{id}')))
        when 'event' then coalesce(mapping.text_at(payload, '{content,topics,0,name}'), ('Conversation ' || mapping.text_at(payload, '{content,conversationId}')))
        when 'listed event' then ('Conversation ' || mapping.text_at(payload, '{context,conversationId}'))
    end as title,
    null::text as body,
    case variant when 'conversation' then mapping.severity_label_at(payload, '{topicIds}') end as severity_value,
    case variant
        when 'conversation' then coalesce(mapping.text_at(payload, '{status,value}'), mapping.text_at(payload, '{status}'))
        when 'event' then coalesce(mapping.text_at(payload, '{content,status}'), mapping.text_at(payload, '{type}'))
        when 'listed event' then coalesce(mapping.text_at(payload, '{content,status}'), mapping.text_at(payload, '{type}'), mapping.text_at(payload, '{entity}'))
    end as status_value,
    case variant
        when 'conversation' then coalesce(mapping.text_at(payload, '{inboxId}'), mapping.text_at(payload, '{topicIds,0}'))
        when 'event' then mapping.text_at(payload, '{content,inboxId}')
        when 'listed event' then mapping.text_at(payload, '{content,inboxId}')
    end as service,
    null::text as error_type,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{assignee,inboxId}'), mapping.text_at(payload, '{assignee,agentId}'), mapping.text_at(payload, '{inboxId}')) end as team,
    null::text as environment,
    null::text as external_url,
    case variant
        when 'conversation' then mapping.instant_at(payload, '{createdAt}')
        when 'event' then mapping.instant_at(payload, '{timestamp}')
        when 'listed event' then mapping.instant_at(payload, '{timestamp}')
    end as source_created_at,
    case variant when 'conversation' then coalesce(mapping.instant_at(payload, '{status,createdAt}'), mapping.instant_at(payload, '{closedAt}')) end as resolved_at,
    case variant
        when 'conversation' then jsonb_strip_nulls(jsonb_build_object('topics', payload #> '{topicIds}', 'customer', payload #> '{customerId}'))
        when 'event' then jsonb_strip_nulls(jsonb_build_object('event', payload #> '{type}'))
        when 'listed event' then jsonb_strip_nulls(jsonb_build_object('event', payload #> '{type}'))
        else '{}'::jsonb
    end as attributes
from variants
