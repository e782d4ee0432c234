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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'darktrace'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'darktrace') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'darktrace' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{pbid}') and (mapping.has_value(payload, '{model}') or mapping.has_value(payload, '{score}'))) then 'model breach'
            when (mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{summary}') or mapping.has_value(payload, '{aiaScore}') or mapping.has_value(payload, '{groupId}'))) then 'AI Analyst incident event'
            when (mapping.has_value(payload, '{incidentEvents}') and mapping.has_value(payload, '{groupScore}')) then 'AI Analyst incident'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'darktrace'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'model breach' then coalesce(mapping.text_at(payload, '{model,now,name}'), mapping.text_at(payload, '{model,then,name}'), mapping.text_at(payload, '{model,name}'), mapping.text_at(payload, '{modelName}'))
        when 'AI Analyst incident event' then mapping.text_at(payload, '{title}')
        when 'AI Analyst incident' then mapping.text_at(payload, '{incidentEvents,0,title}')
    end as title,
    case variant
        when 'model breach' then coalesce(mapping.text_at(payload, '{model,now,description}'), mapping.text_at(payload, '{model,then,description}'), mapping.text_at(payload, '{model,description}'))
        when 'AI Analyst incident event' then mapping.text_at(payload, '{summary}')
    end as body,
    case variant
        when 'model breach' then coalesce(mapping.text_at(payload, '{model,now,category}'), mapping.text_at(payload, '{model,category}'), case when case when mapping.text_at(payload, '{score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{score}'))::numeric end >= 0.8 then 'critical' when case when mapping.text_at(payload, '{score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{score}'))::numeric end >= 0.6 then 'high' when case when mapping.text_at(payload, '{score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{score}'))::numeric end >= 0.4 then 'medium' when case when mapping.text_at(payload, '{score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{score}'))::numeric end >= 0 then 'low' end)
        when 'AI Analyst incident event' then coalesce(mapping.text_at(payload, '{groupCategory}'), mapping.text_at(payload, '{category}'), case when case when coalesce(mapping.text_at(payload, '{groupScore}'), mapping.text_at(payload, '{aiaScore}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{groupScore}'), mapping.text_at(payload, '{aiaScore}')))::numeric end >= 80 then 'critical' when case when coalesce(mapping.text_at(payload, '{groupScore}'), mapping.text_at(payload, '{aiaScore}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{groupScore}'), mapping.text_at(payload, '{aiaScore}')))::numeric end >= 60 then 'high' when case when coalesce(mapping.text_at(payload, '{groupScore}'), mapping.text_at(payload, '{aiaScore}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{groupScore}'), mapping.text_at(payload, '{aiaScore}')))::numeric end >= 40 then 'medium' when case when coalesce(mapping.text_at(payload, '{groupScore}'), mapping.text_at(payload, '{aiaScore}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{groupScore}'), mapping.text_at(payload, '{aiaScore}')))::numeric end >= 0 then 'low' end)
        when 'AI Analyst incident' then coalesce(mapping.text_at(payload, '{category}'), case when case when mapping.text_at(payload, '{groupScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{groupScore}'))::numeric end >= 80 then 'critical' when case when mapping.text_at(payload, '{groupScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{groupScore}'))::numeric end >= 60 then 'high' when case when mapping.text_at(payload, '{groupScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{groupScore}'))::numeric end >= 40 then 'medium' when case when mapping.text_at(payload, '{groupScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{groupScore}'))::numeric end >= 0 then 'low' end)
    end as severity_value,
    case variant
        when 'model breach' then case when (mapping.has_value(payload, '{acknowledged,time}') or coalesce(lower(mapping.text_at(payload, '{acknowledged}')) in ('true'), false)) then 'acknowledged' else 'unacknowledged' end
        when 'AI Analyst incident event' then case when coalesce(lower(mapping.text_at(payload, '{acknowledged}')) in ('true'), false) then 'acknowledged' else 'unacknowledged' end
        when 'AI Analyst incident' then case when coalesce(lower(mapping.text_at(payload, '{acknowledged}')) in ('true'), false) then 'acknowledged' else 'unacknowledged' end
    end as status_value,
    case variant
        when 'model breach' then coalesce(mapping.text_at(payload, '{device,hostname}'), mapping.text_at(payload, '{device,devicelabel}'), mapping.text_at(payload, '{device,ip}'), mapping.text_at(payload, '{breachDevices,0,hostname}'))
        when 'AI Analyst incident event' then coalesce(mapping.text_at(payload, '{breachDevices,0,hostname}'), mapping.text_at(payload, '{breachDevices,0,identifier}'), mapping.text_at(payload, '{breachDevices,0,ip}'))
    end as service,
    case variant
        when 'model breach' then coalesce(mapping.text_at(payload, '{model,now,mitre,techniques,0}'), mapping.text_at(payload, '{mitreTechniques,0,techniqueID}'), mapping.text_at(payload, '{model,now,name}'), mapping.text_at(payload, '{model,name}'))
        when 'AI Analyst incident event' then coalesce(mapping.text_at(payload, '{mitreTactics,0}'), mapping.text_at(payload, '{attackPhases,0}'), mapping.text_at(payload, '{category}'))
        when 'AI Analyst incident' then coalesce(mapping.text_at(payload, '{mitreTactics,0}'), mapping.text_at(payload, '{category}'))
    end as error_type,
    null::text as team,
    null::text as environment,
    case variant
        when 'model breach' then mapping.text_at(payload, '{breachUrl}')
        when 'AI Analyst incident event' then mapping.text_at(payload, '{incidentEventUrl}')
    end as external_url,
    case variant
        when 'model breach' then coalesce(mapping.epoch_at(payload, '{creationTime}', 1000), mapping.epoch_at(payload, '{time}', 1000))
        when 'AI Analyst incident event' then coalesce(mapping.epoch_at(payload, '{createdAt}', 1000), mapping.epoch_at(payload, '{periods,0,start}', 1000))
        when 'AI Analyst incident' then coalesce(mapping.epoch_at(payload, '{start}', 1000), mapping.epoch_at(payload, '{incidentEvents,0,start}', 1000))
    end as source_created_at,
    case variant
        when 'model breach' then coalesce(mapping.epoch_at(payload, '{acknowledged,time}', 1000), mapping.epoch_at(payload, '{time}', 1000))
        when 'AI Analyst incident' then mapping.epoch_at(payload, '{end}', 1000)
    end as resolved_at,
    case variant
        when 'model breach' then jsonb_strip_nulls(jsonb_build_object('score', payload #> '{score}', 'comments', payload #> '{commentCount}', 'device', payload #> '{device,did}'))
        when 'AI Analyst incident event' then jsonb_strip_nulls(jsonb_build_object('group', coalesce(nullif(payload #> '{groupId}', 'null'), nullif(payload #> '{currentGroup}', 'null')), 'score', payload #> '{aiaScore}'))
        when 'AI Analyst incident' then jsonb_strip_nulls(jsonb_build_object('score', payload #> '{groupScore}', 'devices', payload #> '{devices}'))
        else '{}'::jsonb
    end as attributes
from variants
