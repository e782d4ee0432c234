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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'sophos'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'sophos') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'sophos' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{raisedAt}') and (mapping.has_value(payload, '{description}') or mapping.has_value(payload, '{type}'))) then 'alert'
            when (mapping.has_value(payload, '{detectionRule}') and mapping.has_value(payload, '{sensorGeneratedAt}')) then 'detection'
            when (mapping.has_value(payload, '{initialDetection}') and mapping.has_value(payload, '{createdAt}') and mapping.has_value(payload, '{name}')) then 'case'
            when (mapping.has_value(payload, '{customer_id}') and (mapping.has_value(payload, '{when}') or mapping.has_value(payload, '{created_at}'))) then 'alert or event of the SIEM API'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'sophos'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{type}'))
        when 'detection' then coalesce(mapping.text_at(payload, '{detectionDescription}'), mapping.text_at(payload, '{detectionRule}'))
        when 'case' then mapping.text_at(payload, '{name}')
        when 'alert or event of the SIEM API' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{type}'))
    end as title,
    case variant when 'case' then mapping.text_at(payload, '{overview}') end as body,
    case variant
        when 'alert' then mapping.text_at(payload, '{severity}')
        when 'detection' then case when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 8 then 'critical' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 6 then 'high' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 4 then 'medium' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 0 then 'low' end
        when 'case' then mapping.text_at(payload, '{severity}')
        when 'alert or event of the SIEM API' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{status}')
        when 'case' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{managedAgent,name}'), mapping.text_at(payload, '{product}'))
        when 'detection' then coalesce(mapping.text_at(payload, '{device,entity}'), mapping.text_at(payload, '{sensor,source}'))
        when 'alert or event of the SIEM API' then coalesce(mapping.text_at(payload, '{location}'), mapping.text_at(payload, '{data,endpoint_id}'), mapping.text_at(payload, '{source}'))
    end as service,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{type}'), mapping.text_at(payload, '{category}'))
        when 'detection' then coalesce(mapping.text_at(payload, '{attackType}'), mapping.text_at(payload, '{detectionAttack}'), mapping.text_at(payload, '{mitreAttacks,0,tactic,name}'))
        when 'case' then mapping.text_at(payload, '{type}')
        when 'alert or event of the SIEM API' then coalesce(mapping.text_at(payload, '{threat}'), mapping.text_at(payload, '{type}'))
    end as error_type,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{person,name}'), mapping.text_at(payload, '{tenant,name}'))
        when 'case' then mapping.text_at(payload, '{assignee,name}')
        when 'alert or event of the SIEM API' then mapping.text_at(payload, '{source}')
    end as team,
    null::text as environment,
    null::text as external_url,
    case variant
        when 'alert' then mapping.instant_at(payload, '{raisedAt}')
        when 'detection' then mapping.instant_at(payload, '{sensorGeneratedAt}')
        when 'case' then mapping.instant_at(payload, '{createdAt}')
        when 'alert or event of the SIEM API' then coalesce(mapping.instant_at(payload, '{when}'), mapping.instant_at(payload, '{created_at}'), mapping.epoch_at(payload, '{created_at}', 1000))
    end as source_created_at,
    case variant when 'case' then mapping.instant_at(payload, '{updatedAt}') end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('category', payload #> '{category}', 'product', payload #> '{product}', 'allowed_actions', payload #> '{allowedActions}'))
        else '{}'::jsonb
    end as attributes
from variants
