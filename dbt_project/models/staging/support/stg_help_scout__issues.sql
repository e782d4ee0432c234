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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'help_scout'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'help_scout') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'help_scout' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{subject}') or mapping.has_value(payload, '{preview}') or mapping.has_value(payload, '{number}'))) then 'conversation'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'help_scout'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{subject}'), mapping.text_at(payload, '{preview}'), ('Conversation ' || mapping.text_at(payload, '{number}'))) end as title,
    case variant when 'conversation' then coalesce(mapping.plain_text_at(payload, '{_embedded,threads,0,body}'), mapping.text_at(payload, '{preview}')) end as body,
    case variant when 'conversation' then mapping.severity_label_at(payload, '{tags}') end as severity_value,
    case variant when 'conversation' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'conversation' then coalesce(mapping.tag_at(payload, '{tags}', 'service|product'), mapping.text_at(payload, '{mailbox,name}'), mapping.text_at(payload, '{mailboxId}')) end as service,
    null::text as error_type,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{assignee,team}'), mapping.text_at(payload, '{assignee,email}')) end as team,
    case variant when 'conversation' then mapping.tag_at(payload, '{tags}', 'env|environment') end as environment,
    case variant when 'conversation' then mapping.text_at(payload, '{_links,web,href}') end as external_url,
    case variant when 'conversation' then mapping.instant_at(payload, '{createdAt}') end as source_created_at,
    case variant when 'conversation' then coalesce(mapping.instant_at(payload, '{closedAt}'), mapping.instant_at(payload, '{userUpdatedAt}')) end as resolved_at,
    case variant
        when 'conversation' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{number}', 'tags', payload #> '{tags}', 'source', payload #> '{source,type}'))
        else '{}'::jsonb
    end as attributes
from variants
