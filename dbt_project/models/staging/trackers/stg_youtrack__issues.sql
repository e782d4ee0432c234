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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'youtrack'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'youtrack') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'youtrack' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{summary}') and mapping.has_value(payload, '{created}')) then 'issue'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'youtrack'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'issue' then mapping.text_at(payload, '{summary}') end as title,
    case variant when 'issue' then mapping.text_at(payload, '{description}') end as body,
    case variant when 'issue' then coalesce(mapping.element_at(payload, '{customFields}', '{name}', 'Severity', '{value,name}'), mapping.element_at(payload, '{customFields}', '{name}', 'Priority', '{value,name}'), mapping.text_at(payload, '{priority}')) end as severity_value,
    case variant when 'issue' then coalesce(case when mapping.has_value(payload, '{resolved}') then 'resolved' else null::text end, mapping.element_at(payload, '{customFields}', '{name}', 'State', '{value,name}'), mapping.element_at(payload, '{customFields}', '{name}', 'Stage', '{value,name}'), 'open') end as status_value,
    case variant when 'issue' then coalesce(mapping.element_at(payload, '{customFields}', '{name}', 'Subsystem', '{value,name}'), mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project,shortName}')) end as service,
    case variant when 'issue' then mapping.element_at(payload, '{customFields}', '{name}', 'Type', '{value,name}') end as error_type,
    case variant when 'issue' then coalesce(mapping.element_at(payload, '{customFields}', '{name}', 'Team', '{value,name}'), mapping.element_at(payload, '{customFields}', '{name}', 'Assignee', '{value,name}')) end as team,
    case variant when 'issue' then mapping.tag_at(payload, '{tags}', 'env|environment') end as environment,
    case variant when 'issue' then (nullif(config ->> 'base_url', '') || '/issue/' || mapping.text_at(payload, '{idReadable}')) end as external_url,
    case variant when 'issue' then mapping.epoch_at(payload, '{created}', 1000) end as source_created_at,
    case variant when 'issue' then coalesce(mapping.epoch_at(payload, '{resolved}', 1000), mapping.epoch_at(payload, '{updated}', 1000)) end as resolved_at,
    case variant
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{idReadable}', 'tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
