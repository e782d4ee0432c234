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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'crisp'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'crisp') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'crisp' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{session_id}') and mapping.has_value(payload, '{state}')) then 'conversation'
            when (mapping.has_value(payload, '{session_id}') and mapping.has_value(payload, '{data,state}')) then 'state change'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'crisp'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'conversation' then coalesce(mapping.text_at(payload, '{meta,subject}'), mapping.text_at(payload, '{topic}'), mapping.text_at(payload, '{last_message}'), ('Conversation ' || mapping.text_at(payload, '{session_id}')))
        when 'state change' then ('Conversation ' || mapping.text_at(payload, '{session_id}'))
    end as title,
    case variant when 'conversation' then mapping.text_at(payload, '{last_message}') end as body,
    case variant when 'conversation' then mapping.severity_label_at(payload, '{meta,segments}') end as severity_value,
    case variant
        when 'conversation' then mapping.text_at(payload, '{state}')
        when 'state change' then mapping.text_at(payload, '{data,state}')
    end as status_value,
    case variant when 'conversation' then coalesce(mapping.text_at(payload, '{meta,segments,0}'), mapping.text_at(payload, '{website_id}')) end as service,
    null::text as error_type,
    case variant when 'conversation' then mapping.text_at(payload, '{assigned,user_id}') end as team,
    null::text as environment,
    case variant
        when 'conversation' then ('https://app.crisp.chat/website/' || mapping.text_at(payload, '{website_id}') || '/inbox/' || mapping.text_at(payload, '{session_id}') || '/')
        when 'state change' then ('https://app.crisp.chat/website/' || mapping.text_at(payload, '{website_id}') || '/inbox/' || mapping.text_at(payload, '{session_id}') || '/')
    end as external_url,
    case variant when 'conversation' then mapping.epoch_at(payload, '{created_at}', 1000) end as source_created_at,
    case variant when 'conversation' then mapping.epoch_at(payload, '{updated_at}', 1000) end as resolved_at,
    case variant
        when 'conversation' then jsonb_strip_nulls(jsonb_build_object('segments', payload #> '{meta,segments}', 'country', payload #> '{meta,device,geolocation,country}'))
        else '{}'::jsonb
    end as attributes
from variants
