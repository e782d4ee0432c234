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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'checkmk'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'checkmk') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'checkmk' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{host}') and (mapping.has_value(payload, '{event}') or mapping.has_value(payload, '{notification_type}'))) then 'notification'
            when (mapping.has_value(payload, '{HOSTNAME}') and mapping.has_value(payload, '{NOTIFICATIONTYPE}')) then 'notification in its own variables'
            when (mapping.has_value(payload, '{extensions,state}') and mapping.has_value(payload, '{title}')) then 'listed service'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'checkmk'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{summary}'), (mapping.text_at(payload, '{host}') || ': ' || mapping.text_at(payload, '{event}')))
        when 'notification in its own variables' then coalesce((mapping.text_at(payload, '{HOSTNAME}') || ': ' || mapping.text_at(payload, '{SERVICEDESC}') || ' is ' || mapping.text_at(payload, '{SERVICESTATE}')), (mapping.text_at(payload, '{HOSTNAME}') || ' is ' || mapping.text_at(payload, '{HOSTSTATE}')))
        when 'listed service' then (mapping.text_at(payload, '{extensions,host_name}') || ': ' || mapping.text_at(payload, '{extensions,description}'))
    end as title,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{long_output}'), mapping.text_at(payload, '{output}'))
        when 'notification in its own variables' then coalesce(mapping.text_at(payload, '{LONGSERVICEOUTPUT}'), mapping.text_at(payload, '{SERVICEOUTPUT}'), mapping.text_at(payload, '{LONGHOSTOUTPUT}'), mapping.text_at(payload, '{HOSTOUTPUT}'))
        when 'listed service' then mapping.text_at(payload, '{extensions,plugin_output}')
    end as body,
    case variant
        when 'notification' then mapping.text_at(payload, '{severity}')
        when 'notification in its own variables' then coalesce(mapping.text_at(payload, '{SERVICESTATE}'), mapping.text_at(payload, '{HOSTSTATE}'))
        when 'listed service' then ('state ' || mapping.text_at(payload, '{extensions,state}'))
    end as severity_value,
    case variant
        when 'notification' then coalesce(case when coalesce(lower(mapping.text_at(payload, '{notification_type}')) in ('acknowledgement'), false) then 'acknowledged' else null::text end, mapping.text_at(payload, '{status}'))
        when 'notification in its own variables' then coalesce(case when coalesce(lower(mapping.text_at(payload, '{NOTIFICATIONTYPE}')) in ('acknowledgement'), false) then 'acknowledged' else null::text end, mapping.text_at(payload, '{SERVICESTATE}'), mapping.text_at(payload, '{HOSTSTATE}'))
        when 'listed service' then case when coalesce(lower(mapping.text_at(payload, '{extensions,acknowledged}')) in ('1'), false) then 'acknowledged' else ('state ' || mapping.text_at(payload, '{extensions,state}')) end
    end as status_value,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{host}'))
        when 'notification in its own variables' then coalesce(mapping.text_at(payload, '{SERVICEDESC}'), mapping.text_at(payload, '{HOSTNAME}'))
        when 'listed service' then coalesce(mapping.text_at(payload, '{extensions,description}'), mapping.text_at(payload, '{extensions,host_name}'))
    end as service,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{check_command}'), mapping.text_at(payload, '{what}'))
        when 'notification in its own variables' then coalesce(mapping.text_at(payload, '{SERVICECHECKCOMMAND}'), mapping.text_at(payload, '{HOSTCHECKCOMMAND}'), mapping.text_at(payload, '{WHAT}'))
        when 'listed service' then mapping.text_at(payload, '{extensions,check_command}')
    end as error_type,
    case variant
        when 'notification' then mapping.text_at(payload, '{contact_name}')
        when 'notification in its own variables' then coalesce(mapping.text_at(payload, '{SERVICECONTACTGROUPNAMES}'), mapping.text_at(payload, '{HOSTCONTACTGROUPNAMES}'), mapping.text_at(payload, '{CONTACTNAME}'))
    end as team,
    case variant
        when 'notification' then mapping.text_at(payload, '{site}')
        when 'notification in its own variables' then mapping.text_at(payload, '{OMD_SITE}')
    end as environment,
    case variant when 'notification' then mapping.text_at(payload, '{url}') end as external_url,
    case variant
        when 'notification' then coalesce(mapping.instant_at(payload, '{short_date_time}'), mapping.instant_at(payload, '{date}'))
        when 'notification in its own variables' then coalesce(coalesce(mapping.epoch_at(payload, '{LASTSERVICESTATECHANGE}', 1), mapping.epoch_at(payload, '{LASTHOSTSTATECHANGE}', 1)), mapping.instant_at(payload, '{SHORTDATETIME}'))
        when 'listed service' then mapping.epoch_at(payload, '{extensions,last_state_change}', 1)
    end as source_created_at,
    case variant
        when 'notification' then mapping.instant_at(payload, '{short_date_time}')
        when 'notification in its own variables' then coalesce(coalesce(mapping.epoch_at(payload, '{LASTSERVICESTATECHANGE}', 1), mapping.epoch_at(payload, '{LASTHOSTSTATECHANGE}', 1)), mapping.instant_at(payload, '{SHORTDATETIME}'))
        when 'listed service' then mapping.epoch_at(payload, '{extensions,last_state_change}', 1)
    end as resolved_at,
    case variant
        when 'notification' then jsonb_strip_nulls(jsonb_build_object('host', payload #> '{host}', 'type', payload #> '{notification_type}'))
        when 'notification in its own variables' then jsonb_strip_nulls(jsonb_build_object('host', payload #> '{HOSTNAME}', 'type', payload #> '{NOTIFICATIONTYPE}'))
        when 'listed service' then jsonb_strip_nulls(jsonb_build_object('host', payload #> '{extensions,host_name}'))
        else '{}'::jsonb
    end as attributes
from variants
