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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'freshservice'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'freshservice') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'freshservice' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when mapping.has_value(payload, '{ticket_subject}') then 'webhook'
            when (mapping.has_value(payload, '{subject}') and (mapping.has_value(payload, '{status}') or mapping.has_value(payload, '{priority}')) and mapping.has_value(payload, '{id}') and not mapping.has_value(payload, '{change_type}')) then 'ticket'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'freshservice'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then mapping.text_at(payload, '{ticket_subject}')
        when 'ticket' then mapping.text_at(payload, '{subject}')
    end as title,
    case variant
        when 'webhook' then mapping.plain_text_at(payload, '{ticket_description}')
        when 'ticket' then coalesce(nullif(mapping.text_at(payload, '{description_text}'), mapping.text_at(payload, '{subject}')), mapping.plain_text_at(payload, '{description}'))
    end as body,
    case variant
        when 'webhook' then mapping.text_at(payload, '{ticket_priority}')
        when 'ticket' then coalesce(mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{priority_name}'))
    end as severity_value,
    case variant
        when 'webhook' then mapping.text_at(payload, '{ticket_status}')
        when 'ticket' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{status_name}'))
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{ticket_service}'), mapping.text_at(payload, '{ticket_category}'), mapping.text_at(payload, '{ticket_product_description}'))
        when 'ticket' then coalesce(mapping.text_at(payload, '{custom_fields,service}'), mapping.text_at(payload, '{custom_fields,affected_service}'), mapping.text_at(payload, '{impacted_services,0,name}'), mapping.tag_at(payload, '{tags}', 'service|svc'), mapping.text_at(payload, '{category}'))
    end as service,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{ticket_item_category}'), mapping.text_at(payload, '{ticket_sub_category}'))
        when 'ticket' then coalesce(mapping.text_at(payload, '{item_category}'), mapping.text_at(payload, '{sub_category}'))
    end as error_type,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{ticket_group_name}'), mapping.text_at(payload, '{ticket_department_name}'))
        when 'ticket' then coalesce(mapping.text_at(payload, '{group,name}'), mapping.text_at(payload, '{group_name}'), mapping.tag_at(payload, '{tags}', 'team'), mapping.text_at(payload, '{group_id}'))
    end as team,
    case variant
        when 'webhook' then mapping.text_at(payload, '{ticket_environment}')
        when 'ticket' then coalesce(mapping.text_at(payload, '{custom_fields,environment}'), mapping.tag_at(payload, '{tags}', 'env|environment'))
    end as environment,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{ticket_url}'), mapping.text_at(payload, '{ticket_public_url}'))
        when 'ticket' then ('https://' || nullif(config ->> 'domain', '') || '.freshservice.com/a/tickets/' || mapping.text_at(payload, '{id}'))
    end as external_url,
    case variant
        when 'webhook' then mapping.instant_at(payload, '{ticket_created_at}')
        when 'ticket' then mapping.instant_at(payload, '{created_at}')
    end as source_created_at,
    case variant
        when 'webhook' then coalesce(mapping.instant_at(payload, '{ticket_resolved_at}'), mapping.instant_at(payload, '{ticket_closed_at}'))
        when 'ticket' then coalesce(mapping.instant_at(payload, '{stats,resolved_at}'), mapping.instant_at(payload, '{stats,closed_at}'), mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{closed_at}'), mapping.instant_at(payload, '{updated_at}'))
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{ticket_id}', 'type', payload #> '{ticket_type}', 'tags', payload #> '{ticket_tags}'))
        when 'ticket' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{id}', 'type', payload #> '{type}', 'tags', payload #> '{tags}', 'category', payload #> '{category}'))
        else '{}'::jsonb
    end as attributes
from variants
