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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'gorgias'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'gorgias') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'gorgias' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{id}') and (mapping.has_value(payload, '{created_datetime}') or mapping.has_value(payload, '{opened_datetime}')) and mapping.has_value(payload, '{status}')) then 'ticket'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'gorgias'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'ticket' then coalesce(mapping.text_at(payload, '{subject}'), mapping.text_at(payload, '{excerpt}'), ('Ticket ' || mapping.text_at(payload, '{id}'))) end as title,
    case variant when 'ticket' then coalesce(mapping.text_at(payload, '{excerpt}'), mapping.plain_text_at(payload, '{messages,0,body_html}'), mapping.text_at(payload, '{messages,0,body_text}')) end as body,
    case variant when 'ticket' then coalesce(mapping.text_at(payload, '{priority}'), mapping.severity_label_at(payload, '{tags}')) end as severity_value,
    case variant when 'ticket' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'ticket' then coalesce(mapping.tag_at(payload, '{tags}', 'service|product'), mapping.text_at(payload, '{channel}')) end as service,
    null::text as error_type,
    case variant when 'ticket' then coalesce(mapping.text_at(payload, '{assignee_team,name}'), mapping.text_at(payload, '{assignee_user,email}')) end as team,
    case variant when 'ticket' then mapping.tag_at(payload, '{tags}', 'env|environment') end as environment,
    case variant when 'ticket' then coalesce((nullif(config ->> 'base_url', '') || '/app/ticket/' || mapping.text_at(payload, '{id}')), mapping.text_at(payload, '{uri}')) end as external_url,
    case variant when 'ticket' then coalesce(mapping.instant_at(payload, '{created_datetime}'), mapping.instant_at(payload, '{opened_datetime}')) end as source_created_at,
    case variant when 'ticket' then coalesce(mapping.instant_at(payload, '{closed_datetime}'), mapping.instant_at(payload, '{updated_datetime}')) end as resolved_at,
    case variant
        when 'ticket' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'via', payload #> '{via}', 'language', payload #> '{language}'))
        else '{}'::jsonb
    end as attributes
from variants
