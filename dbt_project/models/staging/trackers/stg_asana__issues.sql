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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'asana'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'asana') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'asana' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{gid}') and mapping.has_value(payload, '{name}') and (coalesce(lower(mapping.text_at(payload, '{resource_type}')) in ('task'), false) or (not mapping.has_value(payload, '{resource_type}') and (mapping.has_value(payload, '{completed}') or mapping.has_value(payload, '{modified_at}'))))) then 'task'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'asana'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'task' then mapping.text_at(payload, '{name}') end as title,
    case variant when 'task' then mapping.text_at(payload, '{notes}') end as body,
    case variant when 'task' then coalesce(mapping.element_at(payload, '{custom_fields}', '{name}', 'Severity', '{display_value}'), mapping.element_at(payload, '{custom_fields}', '{name}', 'Priority', '{display_value}'), mapping.element_at(payload, '{custom_fields}', '{name}', 'Priority', '{enum_value,name}'), mapping.severity_label_at(payload, '{tags}')) end as severity_value,
    case variant when 'task' then case when coalesce(lower(mapping.text_at(payload, '{completed}')) in ('true'), false) then 'completed' else coalesce(mapping.element_at(payload, '{custom_fields}', '{name}', 'Status', '{display_value}'), case when coalesce(lower(mapping.text_at(payload, '{completed}')) in ('false'), false) then 'open' else null::text end) end end as status_value,
    case variant when 'task' then coalesce(mapping.element_at(payload, '{custom_fields}', '{name}', 'Service', '{display_value}'), mapping.tag_at(payload, '{tags}', 'service|component'), mapping.text_at(payload, '{memberships,0,project,name}'), mapping.text_at(payload, '{projects,0,name}')) end as service,
    null::text as error_type,
    case variant when 'task' then coalesce(mapping.element_at(payload, '{custom_fields}', '{name}', 'Team', '{display_value}'), mapping.text_at(payload, '{workspace,name}'), mapping.text_at(payload, '{assignee,name}')) end as team,
    case variant when 'task' then mapping.element_at(payload, '{custom_fields}', '{name}', 'Environment', '{display_value}') end as environment,
    case variant when 'task' then coalesce(mapping.text_at(payload, '{permalink_url}'), ('https://app.asana.com/0/0/' || mapping.text_at(payload, '{gid}'))) end as external_url,
    case variant when 'task' then mapping.instant_at(payload, '{created_at}') end as source_created_at,
    case variant when 'task' then coalesce(mapping.instant_at(payload, '{completed_at}'), mapping.instant_at(payload, '{modified_at}')) end as resolved_at,
    case variant
        when 'task' then jsonb_strip_nulls(jsonb_build_object('section', payload #> '{memberships,0,section,name}', 'tags', payload #> '{tags}', 'assignee', payload #> '{assignee,name}'))
        else '{}'::jsonb
    end as attributes
from variants
