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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'cronitor'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'cronitor') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'cronitor' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{monitor}') and mapping.has_value(payload, '{type}')) then 'alert'
            when (mapping.has_value(payload, '{key}') and mapping.has_value(payload, '{name}') and coalesce(lower(mapping.text_at(payload, '{passing}')) in ('false'), false)) then 'monitor of the API'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'cronitor'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then coalesce((mapping.text_at(payload, '{monitor}') || ': ' || mapping.text_at(payload, '{description}')), (mapping.text_at(payload, '{monitor}') || ': ' || mapping.text_at(payload, '{type}')))
        when 'monitor of the API' then (mapping.text_at(payload, '{name}') || ' is failing')
    end as title,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{issue}')) end as body,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{type}')) end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{type}')
        when 'monitor of the API' then 'alert'
    end as status_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{monitor}')
        when 'monitor of the API' then mapping.text_at(payload, '{name}')
    end as service,
    case variant when 'alert' then mapping.text_at(payload, '{rule}') end as error_type,
    case variant
        when 'alert' then mapping.text_at(payload, '{group}')
        when 'monitor of the API' then mapping.text_at(payload, '{group}')
    end as team,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{environment}'), nullif(substring(mapping.text_at(payload, '{description}') from '(?:^|\n)Environment: (\S+)'), ''))
        when 'monitor of the API' then mapping.text_at(payload, '{environments,0}')
    end as environment,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{issue_url}'), mapping.text_at(payload, '{monitor_url}')) end as external_url,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{timestamp}', 1))
        when 'monitor of the API' then mapping.epoch_at(payload, '{latest_event,stamp}', 1)
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', payload #> '{rule}'))
        when 'monitor of the API' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{type}'))
        else '{}'::jsonb
    end as attributes
from variants
