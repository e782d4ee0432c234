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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'firehydrant'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'firehydrant') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'firehydrant' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (kind in ('record') and (mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{current_milestone}') or mapping.has_value(payload, '{milestones}')))) then 'incident'
            when (kind in ('alert') and (mapping.has_value(payload, '{summary}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{integration}') or mapping.has_value(payload, '{signal_id}') or mapping.has_value(payload, '{starts_at}')))) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'firehydrant'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then mapping.text_at(payload, '{name}')
        when 'alert' then mapping.text_at(payload, '{summary}')
    end as title,
    case variant
        when 'incident' then coalesce(nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{name}')), mapping.text_at(payload, '{summary}'), mapping.text_at(payload, '{customer_impact_summary}'), mapping.text_at(payload, '{last_note,body}'))
        when 'alert' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{summary}'))
    end as body,
    case variant
        when 'incident' then case when coalesce(lower(coalesce(mapping.text_at(payload, '{severity,slug}'), mapping.text_at(payload, '{severity}'))) in ('unset', ''), false) then coalesce(mapping.text_at(payload, '{priority,slug}'), mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{severity}')) else coalesce(mapping.text_at(payload, '{severity,slug}'), mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{priority,slug}'), mapping.text_at(payload, '{priority}')) end
        when 'alert' then coalesce(mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{level}'), mapping.tag_at(payload, '{labels}', 'severity|priority'))
    end as severity_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{current_milestone}'), mapping.text_at(payload, '{milestones,-1,type}'))
        when 'alert' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{services,0,name}'), mapping.text_at(payload, '{functionalities,0,name}'), mapping.text_at(payload, '{impacts,0,impact,name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{services,0,name}'), mapping.tag_at(payload, '{labels}', 'service'), mapping.text_at(payload, '{integration_name}'))
    end as service,
    case variant when 'incident' then mapping.text_at(payload, '{incident_type,name}') end as error_type,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{team_assignments,0,team,name}'), mapping.text_at(payload, '{teams,0,name}'), mapping.tag_at(payload, '{labels}', 'team'))
        when 'alert' then coalesce(mapping.text_at(payload, '{team_name}'), mapping.text_at(payload, '{signal_rule,team_id}'), mapping.tag_at(payload, '{labels}', 'team'))
    end as team,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{environments,0,name}'), mapping.tag_at(payload, '{labels}', 'env|environment'))
        when 'alert' then coalesce(mapping.text_at(payload, '{environments,0,name}'), mapping.tag_at(payload, '{labels}', 'env|environment'))
    end as environment,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{incident_url}'), mapping.text_at(payload, '{private_status_page_url}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{remote_url}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'incident' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{starts_at}'), mapping.instant_at(payload, '{created_at}'))
    end as source_created_at,
    case variant
        when 'incident' then coalesce(mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{milestones,-1,occurred_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{ends_at}'), mapping.instant_at(payload, '{updated_at}'))
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{number}', 'tags', payload #> '{tag_list}', 'labels', payload #> '{labels}', 'customers_impacted', payload #> '{customers_impacted}'))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'integration', payload #> '{integration}'))
        else '{}'::jsonb
    end as attributes
from variants
