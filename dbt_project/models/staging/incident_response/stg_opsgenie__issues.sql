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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'opsgenie'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'opsgenie') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'opsgenie' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{message}') and mapping.has_value(payload, '{action}')) then 'webhook'
            when (mapping.has_value(payload, '{message}') and mapping.has_value(payload, '{createdAt}') and mapping.has_value(payload, '{status}')) then 'alert or incident'
            when (mapping.has_value(payload, '{message}') and (mapping.has_value(payload, '{alias}') or mapping.has_value(payload, '{entity}') or mapping.has_value(payload, '{priority}'))) then 'alert sent to Opsgenie'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'opsgenie'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then mapping.text_at(payload, '{message}')
        when 'alert or incident' then mapping.text_at(payload, '{message}')
        when 'alert sent to Opsgenie' then mapping.text_at(payload, '{message}')
    end as title,
    case variant
        when 'webhook' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{message}'))
        when 'alert or incident' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{message}'))
        when 'alert sent to Opsgenie' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{message}'))
    end as body,
    case variant
        when 'webhook' then mapping.text_at(payload, '{priority}')
        when 'alert or incident' then mapping.text_at(payload, '{priority}')
        when 'alert sent to Opsgenie' then mapping.text_at(payload, '{priority}')
    end as severity_value,
    case variant
        when 'webhook' then case when coalesce(lower(mapping.text_at(payload, '{action}')) in ('create', 'acknowledge', 'unacknowledge', 'close', 'delete', 'snooze', 'snoozeended'), false) then mapping.text_at(payload, '{action}') else null::text end
        when 'alert or incident' then case when (coalesce(lower(mapping.text_at(payload, '{status}')) in ('open'), false) and coalesce(lower(mapping.text_at(payload, '{acknowledged}')) in ('true'), false)) then 'acknowledged' else mapping.text_at(payload, '{status}') end
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{details,service}'), mapping.text_at(payload, '{extraProperties,service}'), mapping.tag_at(payload, '{tags}', 'service|svc'), mapping.text_at(payload, '{impactedServices,0}'))
        when 'alert or incident' then coalesce(mapping.text_at(payload, '{details,service}'), mapping.text_at(payload, '{extraProperties,service}'), mapping.tag_at(payload, '{tags}', 'service|svc'), mapping.text_at(payload, '{impactedServices,0}'))
        when 'alert sent to Opsgenie' then coalesce(mapping.text_at(payload, '{details,service}'), mapping.text_at(payload, '{extraProperties,service}'), mapping.tag_at(payload, '{tags}', 'service|svc'), mapping.text_at(payload, '{impactedServices,0}'))
    end as service,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{details,error_type}'), mapping.text_at(payload, '{details,errorType}'))
        when 'alert or incident' then coalesce(mapping.text_at(payload, '{details,error_type}'), mapping.text_at(payload, '{details,errorType}'))
        when 'alert sent to Opsgenie' then coalesce(mapping.text_at(payload, '{details,error_type}'), mapping.text_at(payload, '{details,errorType}'))
    end as error_type,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{ownerTeam,name}'), mapping.text_at(payload, '{ownerTeam}'), mapping.text_at(payload, '{team}'), mapping.text_at(payload, '{teams,0,name}'), nullif(substring(mapping.text_at(payload, '{teams,0}') from '^[^{].*'), ''), mapping.element_at(payload, '{responders}', '{type}', 'team', '{name}'), mapping.tag_at(payload, '{tags}', 'team'))
        when 'alert or incident' then coalesce(mapping.text_at(payload, '{ownerTeam,name}'), mapping.text_at(payload, '{ownerTeam}'), mapping.text_at(payload, '{team}'), mapping.text_at(payload, '{teams,0,name}'), nullif(substring(mapping.text_at(payload, '{teams,0}') from '^[^{].*'), ''), mapping.element_at(payload, '{responders}', '{type}', 'team', '{name}'), mapping.tag_at(payload, '{tags}', 'team'))
        when 'alert sent to Opsgenie' then coalesce(mapping.text_at(payload, '{ownerTeam,name}'), mapping.text_at(payload, '{ownerTeam}'), mapping.text_at(payload, '{team}'), mapping.text_at(payload, '{teams,0,name}'), nullif(substring(mapping.text_at(payload, '{teams,0}') from '^[^{].*'), ''), mapping.element_at(payload, '{responders}', '{type}', 'team', '{name}'), mapping.tag_at(payload, '{tags}', 'team'))
    end as team,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{details,environment}'), mapping.text_at(payload, '{details,env}'), mapping.text_at(payload, '{extraProperties,environment}'), mapping.tag_at(payload, '{tags}', 'env|environment'))
        when 'alert or incident' then coalesce(mapping.text_at(payload, '{details,environment}'), mapping.text_at(payload, '{details,env}'), mapping.text_at(payload, '{extraProperties,environment}'), mapping.tag_at(payload, '{tags}', 'env|environment'))
        when 'alert sent to Opsgenie' then coalesce(mapping.text_at(payload, '{details,environment}'), mapping.text_at(payload, '{details,env}'), mapping.text_at(payload, '{extraProperties,environment}'), mapping.tag_at(payload, '{tags}', 'env|environment'))
    end as environment,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{links,web}'), mapping.text_at(payload, '{details,url}'))
        when 'alert or incident' then coalesce(mapping.text_at(payload, '{links,web}'), mapping.text_at(payload, '{details,url}'))
        when 'alert sent to Opsgenie' then mapping.text_at(payload, '{details,url}')
    end as external_url,
    case variant
        when 'webhook' then mapping.epoch_at(payload, '{createdAt}', 1000)
        when 'alert or incident' then coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.epoch_at(payload, '{createdAt}', 1000))
    end as source_created_at,
    case variant
        when 'webhook' then mapping.epoch_at(payload, '{updatedAt}', 1000000000)
        when 'alert or incident' then coalesce(mapping.instant_at(payload, '{impactEndDate}'), mapping.instant_at(payload, '{closedAt}'), mapping.instant_at(payload, '{updatedAt}'))
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{tinyId}', 'alias', payload #> '{alias}', 'tags', payload #> '{tags}', 'entity', payload #> '{entity}', 'origin', payload #> '{source}', 'integration', coalesce(nullif(payload #> '{integration,name}', 'null'), nullif(payload #> '{integration_name}', 'null'))))
        when 'alert or incident' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{tinyId}', 'alias', payload #> '{alias}', 'tags', payload #> '{tags}', 'entity', payload #> '{entity}', 'origin', payload #> '{source}', 'integration', coalesce(nullif(payload #> '{integration,name}', 'null'), nullif(payload #> '{integration_name}', 'null'))))
        when 'alert sent to Opsgenie' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{tinyId}', 'alias', payload #> '{alias}', 'tags', payload #> '{tags}', 'entity', payload #> '{entity}', 'origin', payload #> '{source}', 'integration', coalesce(nullif(payload #> '{integration,name}', 'null'), nullif(payload #> '{integration_name}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
