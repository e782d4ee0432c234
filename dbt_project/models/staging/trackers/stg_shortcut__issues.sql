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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'shortcut'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'shortcut') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'shortcut' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{entity_type}') and mapping.has_value(payload, '{action}') and mapping.has_value(payload, '{name}')) then 'webhook'
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{story_type}') or mapping.has_value(payload, '{workflow_state_id}') or mapping.has_value(payload, '{completed}'))) then 'story'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'shortcut'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then mapping.text_at(payload, '{name}')
        when 'story' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'webhook' then mapping.text_at(payload, '{description}')
        when 'story' then mapping.text_at(payload, '{description}')
    end as body,
    case variant when 'story' then coalesce(mapping.element_at(payload, '{custom_fields}', '{name}', 'Severity', '{value}'), mapping.element_at(payload, '{custom_fields}', '{field_name}', 'Severity', '{value}'), mapping.element_at(payload, '{custom_fields}', '{name}', 'Priority', '{value}'), mapping.severity_label_at(payload, '{labels}')) end as severity_value,
    case variant
        when 'webhook' then case when coalesce(lower(mapping.text_at(payload, '{changes,completed,new}')) in ('true'), false) then 'completed' else case when coalesce(lower(mapping.text_at(payload, '{changes,archived,new}')) in ('true'), false) then 'closed' else case when coalesce(lower(mapping.text_at(payload, '{changes,started,new}')) in ('true'), false) then 'in progress' else case when coalesce(lower(mapping.text_at(payload, '{changes,completed,new}')) in ('false'), false) then 'open' else mapping.text_at(payload, '{action}') end end end end
        when 'story' then case when coalesce(lower(mapping.text_at(payload, '{archived}')) in ('true'), false) then 'closed' else case when coalesce(lower(mapping.text_at(payload, '{completed}')) in ('true'), false) then 'completed' else case when coalesce(lower(mapping.text_at(payload, '{started}')) in ('true'), false) then 'in progress' else 'open' end end end
    end as status_value,
    case variant when 'story' then coalesce(mapping.tag_at(payload, '{labels}', 'service|component'), mapping.text_at(payload, '{project_name}'), nullif(substring(mapping.text_at(payload, '{labels,0,name}') from '^[^:=]+$'), ''), mapping.text_at(payload, '{project_id}')) end as service,
    case variant
        when 'webhook' then mapping.text_at(payload, '{story_type}')
        when 'story' then mapping.text_at(payload, '{story_type}')
    end as error_type,
    case variant when 'story' then coalesce(mapping.text_at(payload, '{group_id}'), mapping.text_at(payload, '{epic_id}')) end as team,
    case variant when 'story' then mapping.tag_at(payload, '{labels}', 'env|environment') end as environment,
    case variant
        when 'webhook' then mapping.text_at(payload, '{app_url}')
        when 'story' then mapping.text_at(payload, '{app_url}')
    end as external_url,
    case variant
        when 'webhook' then mapping.instant_at(payload, '{changed_at}')
        when 'story' then coalesce(mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{updated_at}'))
    end as source_created_at,
    case variant when 'story' then coalesce(mapping.instant_at(payload, '{completed_at}'), mapping.instant_at(payload, '{updated_at}')) end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{story_type}'))
        when 'story' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{story_type}', 'labels', payload #> '{labels}', 'epic', payload #> '{epic_id}'))
        else '{}'::jsonb
    end as attributes
from variants
