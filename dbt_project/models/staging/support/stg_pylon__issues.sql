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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'pylon'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'pylon') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'pylon' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and (mapping.has_value(payload, '{title}') or mapping.has_value(payload, '{number}')) and mapping.has_value(payload, '{state}')) then 'issue'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'pylon'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{title}'), ('Issue ' || mapping.text_at(payload, '{number}'))) end as title,
    case variant when 'issue' then mapping.plain_text_at(payload, '{body_html}') end as body,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{custom_fields,priority,value}'), mapping.text_at(payload, '{priority}'), mapping.severity_label_at(payload, '{tags}')) end as severity_value,
    case variant when 'issue' then mapping.text_at(payload, '{state}') end as status_value,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{custom_fields,product,value}'), mapping.tag_at(payload, '{tags}', 'service|product'), mapping.text_at(payload, '{account,id}')) end as service,
    case variant when 'issue' then mapping.text_at(payload, '{type}') end as error_type,
    case variant when 'issue' then coalesce(mapping.text_at(payload, '{team,name}'), mapping.text_at(payload, '{team,id}')) end as team,
    case variant when 'issue' then mapping.tag_at(payload, '{tags}', 'env|environment') end as environment,
    case variant when 'issue' then mapping.text_at(payload, '{link}') end as external_url,
    case variant when 'issue' then mapping.instant_at(payload, '{created_at}') end as source_created_at,
    case variant when 'issue' then coalesce(mapping.instant_at(payload, '{resolution_time}'), mapping.instant_at(payload, '{latest_message_time}')) end as resolved_at,
    case variant
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{number}', 'tags', payload #> '{tags}', 'source', payload #> '{source}'))
        else '{}'::jsonb
    end as attributes
from variants
