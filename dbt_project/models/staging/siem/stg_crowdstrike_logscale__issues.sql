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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'crowdstrike_logscale'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'crowdstrike_logscale') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'crowdstrike_logscale' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alert,name}') and mapping.has_value(payload, '{alert,id}')) then 'alert of a webhook action'
            when (mapping.has_value(payload, '{"@id"}') and (mapping.has_value(payload, '{loglevel}') or mapping.has_value(payload, '{severity}'))) then 'log event'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'crowdstrike_logscale'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert of a webhook action' then mapping.text_at(payload, '{alert,name}')
        when 'log event' then coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{error}'), mapping.text_at(payload, '{"@rawstring"}'))
    end as title,
    case variant
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{alert,description}'), mapping.text_at(payload, '{alert,query,queryString}'))
        when 'log event' then mapping.text_at(payload, '{"@rawstring"}')
    end as body,
    case variant
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{alert,severity}'), mapping.text_at(payload, '{events,0,severity}'), mapping.text_at(payload, '{events,0,loglevel}'))
        when 'log event' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{loglevel}'))
    end as severity_value,
    case variant
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{status}'), 'triggered')
        when 'log event' then 'triggered'
    end as status_value,
    case variant
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{events,0,service}'), mapping.text_at(payload, '{events,0,"#service"}'), mapping.text_at(payload, '{events,0,"#host"}'), mapping.text_at(payload, '{events,0,host}'), mapping.text_at(payload, '{repository}'))
        when 'log event' then coalesce(mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{"#service"}'), mapping.text_at(payload, '{"#host"}'), mapping.text_at(payload, '{host}'), mapping.text_at(payload, '{"#repo"}'))
    end as service,
    case variant
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{events,0,error}'), mapping.text_at(payload, '{events,0,"#type"}'))
        when 'log event' then coalesce(mapping.text_at(payload, '{error}'), mapping.text_at(payload, '{exception}'), mapping.text_at(payload, '{"#type"}'))
    end as error_type,
    null::text as team,
    case variant
        when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{events,0,environment}'), mapping.text_at(payload, '{events,0,env}'))
        when 'log event' then coalesce(mapping.text_at(payload, '{environment}'), mapping.text_at(payload, '{env}'))
    end as environment,
    case variant when 'alert of a webhook action' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{alert,url}')) end as external_url,
    case variant
        when 'alert of a webhook action' then coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.instant_at(payload, '{timestamp}'))
        when 'log event' then coalesce(mapping.epoch_at(payload, '{"@timestamp"}', 1000), mapping.instant_at(payload, '{timestamp}'))
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'alert of a webhook action' then jsonb_strip_nulls(jsonb_build_object('repository', payload #> '{repository}', 'events', payload #> '{numberOfEvents}', 'labels', payload #> '{alert,labels}'))
        when 'log event' then jsonb_strip_nulls(jsonb_build_object('repository', payload #> '{"#repo"}'))
        else '{}'::jsonb
    end as attributes
from variants
