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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'freshdesk'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'freshdesk') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'freshdesk' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when mapping.has_value(payload, '{ticket_subject}') then 'automation rule'
            when (mapping.has_value(payload, '{subject}') and mapping.has_value(payload, '{status}')) then 'ticket'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'freshdesk'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'automation rule' then mapping.text_at(payload, '{ticket_subject}')
        when 'ticket' then mapping.text_at(payload, '{subject}')
    end as title,
    case variant
        when 'automation rule' then nullif(mapping.plain_text_at(payload, '{ticket_description}'), mapping.text_at(payload, '{ticket_subject}'))
        when 'ticket' then coalesce(mapping.text_at(payload, '{description_text}'), mapping.plain_text_at(payload, '{description}'), mapping.plain_text_at(payload, '{structured_description}'))
    end as body,
    case variant
        when 'automation rule' then ('priority ' || mapping.text_at(payload, '{ticket_priority}'))
        when 'ticket' then ('priority ' || mapping.text_at(payload, '{priority}'))
    end as severity_value,
    case variant
        when 'automation rule' then ('status ' || mapping.text_at(payload, '{ticket_status}'))
        when 'ticket' then ('status ' || mapping.text_at(payload, '{status}'))
    end as status_value,
    case variant
        when 'automation rule' then coalesce(mapping.text_at(payload, '{ticket_product_description}'), mapping.text_at(payload, '{ticket_product_name}'))
        when 'ticket' then coalesce(mapping.text_at(payload, '{product_name}'), mapping.text_at(payload, '{product_id}'), mapping.text_at(payload, '{custom_fields,cf_product}'))
    end as service,
    case variant
        when 'automation rule' then mapping.text_at(payload, '{ticket_type}')
        when 'ticket' then mapping.text_at(payload, '{type}')
    end as error_type,
    case variant
        when 'automation rule' then coalesce(mapping.text_at(payload, '{ticket_group_name}'), mapping.text_at(payload, '{ticket_group}'))
        when 'ticket' then coalesce(mapping.text_at(payload, '{group_name}'), mapping.text_at(payload, '{group_id}'))
    end as team,
    case variant when 'ticket' then mapping.text_at(payload, '{custom_fields,cf_environment}') end as environment,
    case variant
        when 'automation rule' then coalesce(mapping.text_at(payload, '{ticket_url}'), mapping.text_at(payload, '{ticket_public_url}'))
        when 'ticket' then coalesce(mapping.text_at(payload, '{url}'), (nullif(config ->> 'base_url', '') || '/a/tickets/' || mapping.text_at(payload, '{id}')), ('https://' || nullif(config ->> 'domain', '') || '/a/tickets/' || mapping.text_at(payload, '{id}')))
    end as external_url,
    case variant
        when 'automation rule' then coalesce(mapping.instant_at(payload, '{ticket_created_at}'), mapping.instant_at(payload, '{ticket_created_on}'))
        when 'ticket' then mapping.instant_at(payload, '{created_at}')
    end as source_created_at,
    case variant when 'ticket' then coalesce(mapping.instant_at(payload, '{stats,resolved_at}'), mapping.instant_at(payload, '{stats,closed_at}'), mapping.instant_at(payload, '{updated_at}')) end as resolved_at,
    case variant
        when 'automation rule' then jsonb_strip_nulls(jsonb_build_object('source', payload #> '{ticket_source}', 'company', payload #> '{ticket_company_name}', 'tags', payload #> '{ticket_tags}'))
        when 'ticket' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'source', payload #> '{source}', 'company', payload #> '{company_id}', 'escalated', payload #> '{is_escalated}'))
        else '{}'::jsonb
    end as attributes
from variants
