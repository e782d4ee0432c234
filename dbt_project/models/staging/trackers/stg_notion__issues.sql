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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'notion'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'notion') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'notion' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{properties}') and (mapping.has_value(payload, '{created_time}') or mapping.has_value(payload, '{last_edited_time}'))) then 'page'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'notion'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'page' then coalesce(mapping.text_at(payload, '{properties,Name,title,0,plain_text}'), mapping.text_at(payload, '{properties,Title,title,0,plain_text}'), mapping.text_at(payload, '{properties,Task,title,0,plain_text}'), mapping.text_at(payload, '{properties,"Task name",title,0,plain_text}'), mapping.text_at(payload, '{properties,Incident,title,0,plain_text}'), mapping.text_at(payload, '{properties,Issue,title,0,plain_text}'), mapping.text_at(payload, '{properties,title,title,0,plain_text}'), mapping.text_at(payload, '{properties,name,title,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Name', '{value,title,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Title', '{value,title,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Task', '{value,title,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Task name', '{value,title,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Incident', '{value,title,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Issue', '{value,title,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'title', '{value,title,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'name', '{value,title,0,plain_text}'), ('Page ' || mapping.text_at(payload, '{id}'))) end as title,
    case variant when 'page' then coalesce(mapping.text_at(payload, '{properties,Description,rich_text,0,plain_text}'), mapping.text_at(payload, '{properties,Summary,rich_text,0,plain_text}'), mapping.text_at(payload, '{properties,Details,rich_text,0,plain_text}'), mapping.text_at(payload, '{properties,description,rich_text,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Description', '{value,rich_text,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Summary', '{value,rich_text,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Details', '{value,rich_text,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'description', '{value,rich_text,0,plain_text}')) end as body,
    case variant when 'page' then coalesce(mapping.text_at(payload, '{properties,Severity,status,name}'), mapping.text_at(payload, '{properties,Severity,select,name}'), mapping.text_at(payload, '{properties,Severity,multi_select,0,name}'), mapping.text_at(payload, '{properties,Priority,status,name}'), mapping.text_at(payload, '{properties,Priority,select,name}'), mapping.text_at(payload, '{properties,Priority,multi_select,0,name}'), mapping.text_at(payload, '{properties,severity,status,name}'), mapping.text_at(payload, '{properties,severity,select,name}'), mapping.text_at(payload, '{properties,severity,multi_select,0,name}'), mapping.text_at(payload, '{properties,priority,status,name}'), mapping.text_at(payload, '{properties,priority,select,name}'), mapping.text_at(payload, '{properties,priority,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Severity', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Severity', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Severity', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Priority', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Priority', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Priority', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'severity', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'severity', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'severity', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'priority', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'priority', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'priority', '{value,multi_select,0,name}')) end as severity_value,
    case variant when 'page' then coalesce(mapping.text_at(payload, '{properties,Status,status,name}'), mapping.text_at(payload, '{properties,Status,select,name}'), mapping.text_at(payload, '{properties,Status,multi_select,0,name}'), mapping.text_at(payload, '{properties,State,status,name}'), mapping.text_at(payload, '{properties,State,select,name}'), mapping.text_at(payload, '{properties,State,multi_select,0,name}'), mapping.text_at(payload, '{properties,status,status,name}'), mapping.text_at(payload, '{properties,status,select,name}'), mapping.text_at(payload, '{properties,status,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Status', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Status', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Status', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'State', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'State', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'State', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'status', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'status', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'status', '{value,multi_select,0,name}')) end as status_value,
    case variant when 'page' then coalesce(mapping.text_at(payload, '{properties,Service,status,name}'), mapping.text_at(payload, '{properties,Service,select,name}'), mapping.text_at(payload, '{properties,Service,multi_select,0,name}'), mapping.text_at(payload, '{properties,Service,rich_text,0,plain_text}'), mapping.text_at(payload, '{properties,Component,status,name}'), mapping.text_at(payload, '{properties,Component,select,name}'), mapping.text_at(payload, '{properties,Component,multi_select,0,name}'), mapping.text_at(payload, '{properties,Component,rich_text,0,plain_text}'), mapping.text_at(payload, '{properties,Product,status,name}'), mapping.text_at(payload, '{properties,Product,select,name}'), mapping.text_at(payload, '{properties,Product,multi_select,0,name}'), mapping.text_at(payload, '{properties,Product,rich_text,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Service', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Service', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Service', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Service', '{value,rich_text,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Component', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Component', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Component', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Component', '{value,rich_text,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Product', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Product', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Product', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Product', '{value,rich_text,0,plain_text}')) end as service,
    case variant when 'page' then coalesce(mapping.text_at(payload, '{properties,Type,status,name}'), mapping.text_at(payload, '{properties,Type,select,name}'), mapping.text_at(payload, '{properties,Type,multi_select,0,name}'), mapping.text_at(payload, '{properties,Kind,status,name}'), mapping.text_at(payload, '{properties,Kind,select,name}'), mapping.text_at(payload, '{properties,Kind,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Type', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Type', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Type', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Kind', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Kind', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Kind', '{value,multi_select,0,name}')) end as error_type,
    case variant when 'page' then coalesce(mapping.text_at(payload, '{properties,Team,status,name}'), mapping.text_at(payload, '{properties,Team,select,name}'), mapping.text_at(payload, '{properties,Team,multi_select,0,name}'), mapping.text_at(payload, '{properties,Team,rich_text,0,plain_text}'), mapping.element_at(payload, '{properties}', '{name}', 'Team', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Team', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Team', '{value,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Team', '{value,rich_text,0,plain_text}')) end as team,
    case variant when 'page' then coalesce(mapping.text_at(payload, '{properties,Environment,status,name}'), mapping.text_at(payload, '{properties,Environment,select,name}'), mapping.text_at(payload, '{properties,Environment,multi_select,0,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Environment', '{value,status,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Environment', '{value,select,name}'), mapping.element_at(payload, '{properties}', '{name}', 'Environment', '{value,multi_select,0,name}')) end as environment,
    case variant when 'page' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{public_url}')) end as external_url,
    case variant when 'page' then mapping.instant_at(payload, '{created_time}') end as source_created_at,
    case variant when 'page' then mapping.instant_at(payload, '{last_edited_time}') end as resolved_at,
    case variant
        when 'page' then jsonb_strip_nulls(jsonb_build_object('database', payload #> '{parent,database_id}'))
        else '{}'::jsonb
    end as attributes
from variants
