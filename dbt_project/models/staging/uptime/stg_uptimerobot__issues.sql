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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'uptimerobot'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'uptimerobot') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'uptimerobot' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{monitorID}') or mapping.has_value(payload, '{monitorURL}')) and (mapping.has_value(payload, '{alertType}') or mapping.has_value(payload, '{alertTypeFriendlyName}'))) then 'alert'
            when (mapping.has_value(payload, '{monitor_friendly_name}') and (mapping.has_value(payload, '{alert_type}') or mapping.has_value(payload, '{alert_type_friendly_name}'))) then 'alert in words of a template'
            when (mapping.has_value(payload, '{id}') and (mapping.has_value(payload, '{friendly_name}') or mapping.has_value(payload, '{friendlyName}')) and mapping.has_value(payload, '{status}')) then 'monitor'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'uptimerobot'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then coalesce((mapping.text_at(payload, '{monitorFriendlyName}') || ' is ' || mapping.text_at(payload, '{alertTypeFriendlyName}')), mapping.text_at(payload, '{monitorFriendlyName}'), ('Monitor ' || mapping.text_at(payload, '{monitorID}')))
        when 'alert in words of a template' then coalesce((mapping.text_at(payload, '{monitor_friendly_name}') || ' is ' || mapping.text_at(payload, '{alert_type_friendly_name}')), mapping.text_at(payload, '{monitor_friendly_name}'))
        when 'monitor' then coalesce(mapping.text_at(payload, '{friendly_name}'), mapping.text_at(payload, '{friendlyName}'))
    end as title,
    case variant
        when 'alert' then mapping.text_at(payload, '{alertDetails}')
        when 'alert in words of a template' then mapping.text_at(payload, '{alert_details}')
        when 'monitor' then mapping.text_at(payload, '{logs,0,reason,detail}')
    end as body,
    case variant
        when 'alert' then ('alert ' || mapping.text_at(payload, '{alertType}'))
        when 'alert in words of a template' then ('alert ' || mapping.text_at(payload, '{alert_type}'))
        when 'monitor' then case when coalesce(lower(mapping.text_at(payload, '{status}')) in ('9', 'down'), false) then 'alert 1' else 'alert 2' end
    end as severity_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{alertTypeFriendlyName}'), ('alert ' || mapping.text_at(payload, '{alertType}')))
        when 'alert in words of a template' then coalesce(mapping.text_at(payload, '{alert_type_friendly_name}'), ('alert ' || mapping.text_at(payload, '{alert_type}')))
        when 'monitor' then ('monitor ' || mapping.text_at(payload, '{status}'))
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{monitorFriendlyName}'), mapping.text_at(payload, '{monitorURL}'))
        when 'alert in words of a template' then coalesce(mapping.text_at(payload, '{monitor_friendly_name}'), mapping.text_at(payload, '{monitor_url}'))
        when 'monitor' then coalesce(mapping.text_at(payload, '{friendly_name}'), mapping.text_at(payload, '{friendlyName}'))
    end as service,
    case variant
        when 'alert' then mapping.text_at(payload, '{alertDetails}')
        when 'alert in words of a template' then mapping.text_at(payload, '{alert_details}')
        when 'monitor' then mapping.text_at(payload, '{logs,0,reason,code}')
    end as error_type,
    null::text as team,
    null::text as environment,
    case variant
        when 'alert' then mapping.text_at(payload, '{monitorURL}')
        when 'alert in words of a template' then mapping.text_at(payload, '{monitor_url}')
        when 'monitor' then mapping.text_at(payload, '{url}')
    end as external_url,
    case variant
        when 'alert' then mapping.epoch_at(payload, '{alertDateTime}', 1)
        when 'alert in words of a template' then coalesce(mapping.epoch_at(payload, '{alert_date_time}', 1), mapping.epoch_at(payload, '{alert_datetime}', 1))
        when 'monitor' then coalesce(coalesce(mapping.epoch_at(payload, '{logs,0,datetime}', 1), mapping.epoch_at(payload, '{create_datetime}', 1)), mapping.instant_at(payload, '{lastIncident,startedAt}'), mapping.instant_at(payload, '{createDateTime}'))
    end as source_created_at,
    case variant
        when 'alert' then mapping.epoch_at(payload, '{alertDateTime}', 1)
        when 'alert in words of a template' then coalesce(mapping.epoch_at(payload, '{alert_date_time}', 1), mapping.epoch_at(payload, '{alert_datetime}', 1))
        when 'monitor' then mapping.epoch_at(payload, '{logs,0,datetime}', 1)
    end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('alert', payload #> '{alertID}', 'duration', payload #> '{alertDuration}'))
        when 'alert in words of a template' then jsonb_strip_nulls(jsonb_build_object('alert', payload #> '{alert_id}', 'duration', payload #> '{alert_duration}'))
        else '{}'::jsonb
    end as attributes
from variants
