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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'backlog'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'backlog') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'backlog' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{summary}') and (mapping.has_value(payload, '{issueKey}') or mapping.has_value(payload, '{key_id}') or mapping.has_value(payload, '{created}'))) then 'issue'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'backlog'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'issue' then mapping.text_at(payload, '{summary}') end as title,
    case variant when 'issue' then mapping.text_at(payload, '{description}') end as body,
    case variant when 'issue' then mapping.text_at(payload, '{priority,name}') end as severity_value,
    case variant when 'issue' then mapping.text_at(payload, '{status,name}') end as status_value,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{category,0,name}'), mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{projectId}')) end as service,
    case variant when 'issue' then mapping.text_at(payload, '{issueType,name}') end as error_type,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{category,0,name}'), mapping.text_at(payload, '{assignee,name}')) end as team,
    case variant when 'issue' then mapping.element_at(payload, '{customFields}', '{name}', 'Environment', '{value,name}') end as environment,
    case variant when 'issue' then (nullif(config ->> 'base_url', '') || '/view/' || mapping.text_at(payload, '{issueKey}')) end as external_url,
    case variant when 'issue' then coalesce(mapping.instant_at(payload, '{created}'), mapping.instant_at(payload, '{event_at}')) end as source_created_at,
    case variant when 'issue' then coalesce(mapping.instant_at(payload, '{updated}'), mapping.instant_at(payload, '{event_at}')) end as resolved_at,
    case variant
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('key', payload #> '{issueKey}', 'type', payload #> '{issueType,name}', 'due', payload #> '{dueDate}'))
        else '{}'::jsonb
    end as attributes
from variants
