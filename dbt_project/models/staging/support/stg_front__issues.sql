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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'front'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'front') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'front' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{created_at}')) then 'conversation'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'front'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{subject}'), mapping.plain_text_at(payload, '{last_message,blurb}'), ('Conversation ' || mapping.text_at(payload, '{id}'))) end as title,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{last_message,text}'), mapping.plain_text_at(payload, '{last_message,body}'), mapping.text_at(payload, '{last_message,blurb}')) end as body,
    case variant when 'conversation' then mapping.severity_label_at(payload, '{tags}') end as severity_value,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{status_category}'), mapping.text_at(payload, '{status}')) end as status_value,
    case variant when 'conversation' then coalesce(mapping.tag_at(payload, '{tags}', 'service|product'), mapping.text_at(payload, '{inbox,name}'), mapping.text_at(payload, '{tags,0,name}')) end as service,
    null::text as error_type,
    case variant when 'conversation' then coalesce(mapping.tag_at(payload, '{tags}', 'team'), mapping.text_at(payload, '{assignee,email}'), mapping.text_at(payload, '{assignee,username}')) end as team,
    case variant when 'conversation' then mapping.tag_at(payload, '{tags}', 'env|environment') end as environment,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{links,0,external_url}'), mapping.text_at(payload, '{_links,self}')) end as external_url,
    case variant when 'conversation' then mapping.epoch_at(payload, '{created_at}', 1) end as source_created_at,
    case variant when 'conversation' then coalesce(mapping.epoch_at(payload, '{updated_at}', 1), mapping.epoch_at(payload, '{last_message,created_at}', 1)) end as resolved_at,
    case variant
        when 'conversation' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'recipient', payload #> '{recipient,handle}'))
        else '{}'::jsonb
    end as attributes
from variants
