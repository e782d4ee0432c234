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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'prtg'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'prtg') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'prtg' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{sensorid}') and mapping.has_value(payload, '{status}')) then 'alert'
            when (mapping.has_value(payload, '{objid}') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{sensor}')) then 'sensor of the API'
            when (kind in ('message') and mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{status}')) then 'message of the log'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'prtg'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then coalesce((mapping.text_at(payload, '{device}') || ': ' || mapping.text_at(payload, '{name}') || ' is ' || mapping.text_at(payload, '{status}')), (mapping.text_at(payload, '{device}') || ': ' || mapping.text_at(payload, '{sensor}') || ' is ' || mapping.text_at(payload, '{status}')), (mapping.text_at(payload, '{name}') || ' is ' || mapping.text_at(payload, '{status}')), (mapping.text_at(payload, '{sensor}') || ' is ' || mapping.text_at(payload, '{status}')))
        when 'sensor of the API' then coalesce((mapping.text_at(payload, '{device}') || ': ' || mapping.text_at(payload, '{sensor}') || ' is ' || mapping.text_at(payload, '{status}')), (mapping.text_at(payload, '{sensor}') || ' is ' || mapping.text_at(payload, '{status}')))
        when 'message of the log' then coalesce((mapping.text_at(payload, '{parent}') || ': ' || mapping.text_at(payload, '{name}') || ' is ' || mapping.text_at(payload, '{status}')), (mapping.text_at(payload, '{name}') || ' is ' || mapping.text_at(payload, '{status}')))
    end as title,
    case variant
        when 'alert' then mapping.text_at(payload, '{message}')
        when 'sensor of the API' then coalesce(mapping.text_at(payload, '{message_raw}'), mapping.plain_text_at(payload, '{message}'))
        when 'message of the log' then coalesce(mapping.text_at(payload, '{message_raw}'), mapping.plain_text_at(payload, '{message}'))
    end as body,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{status}'))
        when 'sensor of the API' then mapping.text_at(payload, '{status}')
        when 'message of the log' then mapping.text_at(payload, '{status}')
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{status}')
        when 'sensor of the API' then mapping.text_at(payload, '{status}')
        when 'message of the log' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{device}'), mapping.text_at(payload, '{name}'))
        when 'sensor of the API' then coalesce(mapping.text_at(payload, '{device}'), mapping.text_at(payload, '{sensor}'))
        when 'message of the log' then coalesce(mapping.text_at(payload, '{parent}'), mapping.text_at(payload, '{name}'))
    end as service,
    case variant
        when 'alert' then mapping.text_at(payload, '{sensor}')
        when 'sensor of the API' then mapping.text_at(payload, '{type}')
        when 'message of the log' then mapping.text_at(payload, '{sensor}')
    end as error_type,
    case variant
        when 'alert' then mapping.text_at(payload, '{group}')
        when 'sensor of the API' then mapping.text_at(payload, '{group}')
    end as team,
    null::text as environment,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{linksensor}'), mapping.text_at(payload, '{linkdevice}')) end as external_url,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{datetime}'), (select mapping.instant_of(part[3] || '-' || lpad(part[1], 2, '0') || '-' || lpad(part[2], 2, '0') || 'T' || lpad((part[4]::integer % 12 + case part[7] when 'P' then 12 else 0 end)::text, 2, '0') || ':' || part[5] || coalesce(part[6], '')) from regexp_match(mapping.text_at(payload, '{datetime}'), '^(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d)(:\d\d)? ([AP])M$') as part))
        when 'sensor of the API' then coalesce((select to_timestamp(floor((part[1]::numeric - 25569) * 86400 + 0.5)::double precision) from regexp_match(mapping.text_at(payload, '{lastdown_raw}'), '^(\d{5}(?:\.\d{1,20})?)$') as part), (select mapping.instant_of(part[3] || '-' || lpad(part[1], 2, '0') || '-' || lpad(part[2], 2, '0') || 'T' || lpad((part[4]::integer % 12 + case part[7] when 'P' then 12 else 0 end)::text, 2, '0') || ':' || part[5] || coalesce(part[6], '')) from regexp_match(mapping.text_at(payload, '{lastdown}'), '^(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d)(:\d\d)? ([AP])M$') as part))
        when 'message of the log' then coalesce((select to_timestamp(floor((part[1]::numeric - 25569) * 86400 + 0.5)::double precision) from regexp_match(mapping.text_at(payload, '{datetime_raw}'), '^(\d{5}(?:\.\d{1,20})?)$') as part), (select mapping.instant_of(part[3] || '-' || lpad(part[1], 2, '0') || '-' || lpad(part[2], 2, '0') || 'T' || lpad((part[4]::integer % 12 + case part[7] when 'P' then 12 else 0 end)::text, 2, '0') || ':' || part[5] || coalesce(part[6], '')) from regexp_match(mapping.text_at(payload, '{datetime}'), '^(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d)(:\d\d)? ([AP])M$') as part))
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('down', payload #> '{down}', 'probe', payload #> '{probe}'))
        when 'sensor of the API' then jsonb_strip_nulls(jsonb_build_object('probe', payload #> '{probe}', 'last_down', payload #> '{lastdown}'))
        else '{}'::jsonb
    end as attributes
from variants
