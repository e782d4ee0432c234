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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'zenduty'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'zenduty') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'zenduty' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{incident_number}')) then 'incident'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'zenduty'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'incident' then mapping.text_at(payload, '{title}') end as title,
    case variant when 'incident' then nullif(mapping.text_at(payload, '{summary}'), mapping.text_at(payload, '{title}')) end as body,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{team_priority_object,name}'), mapping.text_at(payload, '{team_priority,name}'), mapping.text_at(payload, '{priority_name}'), ('urgency ' || mapping.text_at(payload, '{urgency}'))) end as severity_value,
    case variant when 'incident' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{service_object,name}'), mapping.text_at(payload, '{service,name}'), mapping.text_at(payload, '{service_name}')) end as service,
    case variant when 'incident' then mapping.tag_at(payload, '{tags}', 'error_type|error') end as error_type,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{team_object,name}'), mapping.text_at(payload, '{service_object,team_name}'), mapping.text_at(payload, '{team_name}'), mapping.text_at(payload, '{escalation_policy_object,name}')) end as team,
    case variant when 'incident' then mapping.tag_at(payload, '{tags}', 'env|environment') end as environment,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{incident_url}'), mapping.text_at(payload, '{html_url}'), mapping.text_at(payload, '{url}')) end as external_url,
    case variant when 'incident' then mapping.instant_at(payload, '{creation_date}') end as source_created_at,
    case variant when 'incident' then coalesce(mapping.instant_at(payload, '{resolved_date}'), mapping.instant_at(payload, '{context_window_end}')) end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('id', payload #> '{unique_id}', 'incident_key', payload #> '{incident_key}', 'escalation_policy', payload #> '{escalation_policy_object,name}', 'assigned_to', payload #> '{assigned_to_name}'))
        else '{}'::jsonb
    end as attributes
from variants
