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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'statuspage'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'statuspage') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'statuspage' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{new_status}') and mapping.has_value(payload, '{component_id}')) then 'component update'
            when (mapping.has_value(payload, '{id}') and (mapping.has_value(payload, '{name}') or mapping.has_value(payload, '{title}')) and (mapping.has_value(payload, '{impact}') or mapping.has_value(payload, '{incident_updates}') or mapping.has_value(payload, '{shortlink}'))) then 'incident'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'statuspage'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'component update' then coalesce((mapping.text_at(payload, '{component_name}') || ': ' || mapping.text_at(payload, '{new_status}')), ('Component ' || mapping.text_at(payload, '{component_id}') || ': ' || mapping.text_at(payload, '{new_status}')))
        when 'incident' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{title}'))
    end as title,
    case variant when 'incident' then coalesce(mapping.plain_text_at(payload, '{incident_updates,0,body}'), mapping.plain_text_at(payload, '{updates,0,message}'), mapping.text_at(payload, '{postmortem_body}')) end as body,
    case variant
        when 'component update' then mapping.text_at(payload, '{new_status}')
        when 'incident' then coalesce(mapping.text_at(payload, '{impact_override}'), mapping.text_at(payload, '{impact}'))
    end as severity_value,
    case variant
        when 'component update' then mapping.text_at(payload, '{new_status}')
        when 'incident' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{status_sequence,-1}'))
    end as status_value,
    case variant
        when 'component update' then coalesce(mapping.text_at(payload, '{component_name}'), mapping.text_at(payload, '{component_id}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{components,0,name}'), mapping.text_at(payload, '{incident_updates,0,affected_components,0,name}'), mapping.text_at(payload, '{components,0}'), mapping.text_at(payload, '{page_name}'))
    end as service,
    case variant when 'incident' then mapping.text_at(payload, '{incident_type}') end as error_type,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{page,name}'), mapping.text_at(payload, '{page_name}'), mapping.text_at(payload, '{page_id}')) end as team,
    null::text as environment,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{shortlink}'), mapping.text_at(payload, '{url}')) end as external_url,
    case variant
        when 'component update' then mapping.instant_at(payload, '{created_at}')
        when 'incident' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{published_at}'))
    end as source_created_at,
    case variant
        when 'component update' then mapping.instant_at(payload, '{created_at}')
        when 'incident' then coalesce(mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{updated_at}'))
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('components', payload #> '{components}', 'page', coalesce(nullif(payload #> '{page_id}', 'null'), nullif(payload #> '{page,id}', 'null')), 'scheduled_for', payload #> '{scheduled_for}'))
        else '{}'::jsonb
    end as attributes
from variants
