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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'clickup'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'clickup') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'clickup' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{date_created}') or mapping.has_value(payload, '{list}') or mapping.has_value(payload, '{lists}'))) then 'task'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'clickup'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'task' then mapping.text_at(payload, '{name}') end as title,
    case variant when 'task' then coalesce(mapping.text_at(payload, '{text_content}'), mapping.text_at(payload, '{description}')) end as body,
    case variant when 'task' then coalesce(mapping.text_at(payload, '{priority,priority}'), mapping.text_at(payload, '{priority}'), mapping.severity_label_at(payload, '{tags}')) end as severity_value,
    case variant when 'task' then coalesce(mapping.text_at(payload, '{status,type}'), mapping.text_at(payload, '{status,status}'), mapping.text_at(payload, '{status}')) end as status_value,
    case variant when 'task' then coalesce(mapping.element_at(payload, '{custom_fields}', '{name}', 'Service', '{value}'), mapping.tag_at(payload, '{tags}', 'service|component'), mapping.text_at(payload, '{list,name}'), mapping.text_at(payload, '{project,name}')) end as service,
    null::text as error_type,
    case variant when 'task' then coalesce(mapping.tag_at(payload, '{tags}', 'team'), mapping.text_at(payload, '{space,name}'), mapping.text_at(payload, '{space,id}')) end as team,
    case variant when 'task' then coalesce(mapping.element_at(payload, '{custom_fields}', '{name}', 'Environment', '{value}'), mapping.tag_at(payload, '{tags}', 'env|environment')) end as environment,
    case variant when 'task' then mapping.text_at(payload, '{url}') end as external_url,
    case variant when 'task' then mapping.epoch_at(payload, '{date_created}', 1000) end as source_created_at,
    case variant when 'task' then coalesce(mapping.epoch_at(payload, '{date_closed}', 1000), mapping.epoch_at(payload, '{date_done}', 1000), mapping.epoch_at(payload, '{date_updated}', 1000)) end as resolved_at,
    case variant
        when 'task' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{custom_id}', 'vendor_status', payload #> '{status,status}', 'tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
