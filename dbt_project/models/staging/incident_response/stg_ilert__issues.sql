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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'ilert'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'ilert') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'ilert' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('record') and (mapping.has_value(payload, '{summary}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{reportTime}') or mapping.has_value(payload, '{alertSource}')))) then 'alert'
            when (mapping.has_value(payload, '{summary}') and coalesce(lower(mapping.text_at(payload, '{eventType}')) in ('alert', 'accept', 'resolve'), false)) then 'event sent to an alert source'
            when (kind in ('incident') and (mapping.has_value(payload, '{summary}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{affectedServices}') or mapping.has_value(payload, '{affectedTeams}') or mapping.has_value(payload, '{message}')))) then 'incident'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'ilert'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then mapping.text_at(payload, '{summary}')
        when 'event sent to an alert source' then mapping.text_at(payload, '{summary}')
        when 'incident' then mapping.text_at(payload, '{summary}')
    end as title,
    case variant
        when 'alert' then nullif(mapping.text_at(payload, '{details}'), mapping.text_at(payload, '{summary}'))
        when 'event sent to an alert source' then nullif(mapping.text_at(payload, '{details}'), mapping.text_at(payload, '{summary}'))
        when 'incident' then mapping.text_at(payload, '{message}')
    end as body,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{priority}'))
        when 'event sent to an alert source' then mapping.text_at(payload, '{priority}')
        when 'incident' then coalesce(mapping.text_at(payload, '{affectedServices,0,impact}'), mapping.text_at(payload, '{severity}'))
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{status}')
        when 'event sent to an alert source' then mapping.text_at(payload, '{eventType}')
        when 'incident' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{services,0,name}'), mapping.text_at(payload, '{affectedServices,0,service,name}'), mapping.text_at(payload, '{labels,service}'), mapping.text_at(payload, '{customDetails,service}'), mapping.text_at(payload, '{alertSource,name}'))
        when 'event sent to an alert source' then coalesce(mapping.text_at(payload, '{labels,service}'), mapping.text_at(payload, '{customDetails,service}'))
        when 'incident' then mapping.text_at(payload, '{affectedServices,0,service,name}')
    end as service,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{labels,error_type}'), mapping.text_at(payload, '{customDetails,error_type}'))
        when 'event sent to an alert source' then coalesce(mapping.text_at(payload, '{labels,error_type}'), mapping.text_at(payload, '{customDetails,error_type}'))
    end as error_type,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{teams,0,name}'), mapping.text_at(payload, '{alertSource,teams,0,name}'), mapping.text_at(payload, '{escalationPolicy,teams,0,name}'), mapping.text_at(payload, '{labels,team}'), mapping.text_at(payload, '{escalationPolicy,name}'))
        when 'event sent to an alert source' then coalesce(mapping.text_at(payload, '{labels,team}'), mapping.text_at(payload, '{customDetails,team}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{affectedTeams,0,name}'), mapping.text_at(payload, '{teams,0,name}'))
    end as team,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{labels,environment}'), mapping.text_at(payload, '{labels,env}'), mapping.text_at(payload, '{customDetails,environment}'), mapping.tag_at(payload, '{tags}', 'env|environment'))
        when 'event sent to an alert source' then coalesce(mapping.text_at(payload, '{labels,environment}'), mapping.text_at(payload, '{labels,env}'), mapping.text_at(payload, '{customDetails,environment}'))
    end as environment,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{alertUrl}'), mapping.text_at(payload, '{webUrl}'), mapping.text_at(payload, '{url}'), ('https://' || nullif(config ->> 'account', '') || '.ilert.com/alert/view.jsf?id=' || mapping.text_at(payload, '{id}')), mapping.text_at(payload, '{links,0,href}'))
        when 'event sent to an alert source' then mapping.text_at(payload, '{links,0,href}')
        when 'incident' then coalesce(mapping.text_at(payload, '{webUrl}'), mapping.text_at(payload, '{url}'), ('https://' || nullif(config ->> 'account', '') || '.ilert.com/incident/view.jsf?id=' || mapping.text_at(payload, '{id}')))
    end as external_url,
    case variant
        when 'alert' then mapping.instant_at(payload, '{reportTime}')
        when 'incident' then mapping.instant_at(payload, '{createdAt}')
    end as source_created_at,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{resolvedOn}'), mapping.instant_at(payload, '{updatedAt}'))
        when 'incident' then coalesce(mapping.instant_at(payload, '{resolvedOn}'), mapping.instant_at(payload, '{updatedAt}'))
    end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('alert_key', payload #> '{alertKey}', 'alert_source', payload #> '{alertSource,name}', 'labels', payload #> '{labels}'))
        when 'event sent to an alert source' then jsonb_strip_nulls(jsonb_build_object('alert_key', payload #> '{alertKey}', 'labels', payload #> '{labels}'))
        else '{}'::jsonb
    end as attributes
from variants
