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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'zoho_desk'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'zoho_desk') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'zoho_desk' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{subject}') and (mapping.has_value(payload, '{ticketNumber}') or mapping.has_value(payload, '{createdTime}') or mapping.has_value(payload, '{status}'))) then 'ticket'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'zoho_desk'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'ticket' then mapping.text_at(payload, '{subject}') end as title,
    case variant when 'ticket' then mapping.plain_text_at(payload, '{description}') end as body,
    case variant when 'ticket' then mapping.text_at(payload, '{priority}') end as severity_value,
    case variant when 'ticket' then coalesce(mapping.text_at(payload, '{statusType}'), mapping.text_at(payload, '{status}')) end as status_value,
    case variant when 'ticket' then coalesce(mapping.text_at(payload, '{product,productName}'), mapping.text_at(payload, '{productName}'), mapping.text_at(payload, '{productId}'), mapping.text_at(payload, '{department,name}'), mapping.text_at(payload, '{departmentId}')) end as service,
    case variant when 'ticket' then coalesce(mapping.text_at(payload, '{subCategory}'), mapping.text_at(payload, '{category}'), mapping.text_at(payload, '{classification}')) end as error_type,
    case variant when 'ticket' then coalesce(mapping.text_at(payload, '{team,name}'), mapping.text_at(payload, '{teamId}')) end as team,
    null::text as environment,
    case variant when 'ticket' then mapping.text_at(payload, '{webUrl}') end as external_url,
    case variant when 'ticket' then mapping.instant_at(payload, '{createdTime}') end as source_created_at,
    case variant when 'ticket' then coalesce(mapping.instant_at(payload, '{closedTime}'), mapping.instant_at(payload, '{modifiedTime}')) end as resolved_at,
    case variant
        when 'ticket' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{ticketNumber}', 'channel', payload #> '{channel}', 'escalated', payload #> '{isEscalated}'))
        else '{}'::jsonb
    end as attributes
from variants
