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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'cloudflare'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'cloudflare') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'cloudflare' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{text}') and (mapping.has_value(payload, '{alert_type}') or mapping.has_value(payload, '{name}'))) then 'webhook'
            when (mapping.has_value(payload, '{sent}') and mapping.has_value(payload, '{alert_type}')) then 'history'
            when (mapping.has_value(payload, '{RayID}') and mapping.has_value(payload, '{Action}') and mapping.has_value(payload, '{ClientIP}')) then 'firewall event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'cloudflare'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{alert_type}'))
        when 'history' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{alert_type}'))
        when 'firewall event' then coalesce(('Firewall ' || mapping.text_at(payload, '{Action}') || ': ' || mapping.text_at(payload, '{ClientRequestMethod}') || ' ' || mapping.text_at(payload, '{ClientRequestHost}') || mapping.text_at(payload, '{ClientRequestPath}')), ('Firewall ' || mapping.text_at(payload, '{Action}') || ': ' || mapping.text_at(payload, '{ClientIP}')))
    end as title,
    case variant
        when 'webhook' then nullif(mapping.text_at(payload, '{text}'), mapping.text_at(payload, '{name}'))
        when 'history' then nullif(coalesce(mapping.text_at(payload, '{alert_body}'), mapping.text_at(payload, '{description}')), mapping.text_at(payload, '{name}'))
        when 'firewall event' then coalesce(mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{ClientRequestUserAgent}'))
    end as body,
    case variant when 'webhook' then coalesce(mapping.text_at(payload, '{data,severity}'), mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{data,impact}'), mapping.text_at(payload, '{data,incident_impact}')) end as severity_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{alert_event}'), mapping.text_at(payload, '{data,alert_event}'), mapping.text_at(payload, '{data,status}'), mapping.text_at(payload, '{data,new_health}'), mapping.text_at(payload, '{data,new_status}'), mapping.text_at(payload, '{data,incident_status}'))
        when 'history' then coalesce(mapping.text_at(payload, '{alert_body,alert_event}'), mapping.text_at(payload, '{alert_body,data,status}'))
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{data,zone_name}'), mapping.text_at(payload, '{data,zones,0,name}'), mapping.text_at(payload, '{data,unreachable_zones,0,zone_name}'), mapping.text_at(payload, '{data,pool_name}'), mapping.text_at(payload, '{data,name}'), mapping.text_at(payload, '{data,project_name}'), mapping.text_at(payload, '{data,tunnel_name}'), mapping.text_at(payload, '{data,hostname}'), mapping.text_at(payload, '{data,target_hostname}'), mapping.text_at(payload, '{data,target_zone_name}'), mapping.text_at(payload, '{data,affected_components,0,name}'))
        when 'history' then coalesce(mapping.text_at(payload, '{alert_body,data,zone_name}'), mapping.text_at(payload, '{alert_body,data,pool_name}'), mapping.text_at(payload, '{alert_body,data,name}'))
        when 'firewall event' then mapping.text_at(payload, '{ClientRequestHost}')
    end as service,
    case variant
        when 'webhook' then mapping.text_at(payload, '{alert_type}')
        when 'history' then mapping.text_at(payload, '{alert_type}')
        when 'firewall event' then coalesce(mapping.text_at(payload, '{Source}'), mapping.text_at(payload, '{Kind}'))
    end as error_type,
    null::text as team,
    case variant when 'webhook' then mapping.text_at(payload, '{data,environment}') end as environment,
    case variant when 'webhook' then coalesce(mapping.text_at(payload, '{data,link}'), mapping.text_at(payload, '{data,dashboard_link}'), mapping.text_at(payload, '{data,dashboard_url}'), mapping.text_at(payload, '{data,incident_url}')) end as external_url,
    case variant
        when 'webhook' then mapping.epoch_at(payload, '{ts}', 1)
        when 'history' then mapping.instant_at(payload, '{sent}')
        when 'firewall event' then coalesce(mapping.instant_at(payload, '{Datetime}'), mapping.epoch_at(payload, '{Datetime}', 1000000000))
    end as source_created_at,
    case variant
        when 'webhook' then mapping.epoch_at(payload, '{ts}', 1)
        when 'history' then mapping.instant_at(payload, '{sent}')
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('account', payload #> '{account_id}', 'policy', coalesce(nullif(payload #> '{policy_id}', 'null'), nullif(payload #> '{policy_name}', 'null'))))
        when 'history' then jsonb_strip_nulls(jsonb_build_object('policy', payload #> '{policy_id}', 'mechanism', payload #> '{mechanism_type}'))
        when 'firewall event' then jsonb_strip_nulls(jsonb_build_object('rule', payload #> '{RuleID}', 'address', payload #> '{ClientIP}', 'country', payload #> '{ClientCountry}', 'status', payload #> '{EdgeResponseStatus}'))
        else '{}'::jsonb
    end as attributes
from variants
