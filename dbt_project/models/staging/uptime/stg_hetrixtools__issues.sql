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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'hetrixtools'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'hetrixtools') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'hetrixtools' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{monitor_id}') and mapping.has_value(payload, '{monitor_status}')) then 'alert'
            when (mapping.has_value(payload, '{monitor}') and mapping.has_value(payload, '{blacklisted_now}')) then 'blacklist change'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'hetrixtools'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then (mapping.text_at(payload, '{monitor_name}') || ' is ' || mapping.text_at(payload, '{monitor_status}'))
        when 'blacklist change' then coalesce((mapping.text_at(payload, '{label}') || ' is on ' || mapping.text_at(payload, '{blacklisted_now}') || ' blacklists'), (mapping.text_at(payload, '{monitor}') || ' is on ' || mapping.text_at(payload, '{blacklisted_now}') || ' blacklists'))
    end as title,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{monitor_errors,"New York"}'), mapping.text_at(payload, '{monitor_errors}'))
        when 'blacklist change' then (mapping.pluck_at(payload, '{blacklisted_on}', 'rbl') #>> '{}')
    end as body,
    case variant when 'alert' then mapping.text_at(payload, '{monitor_status}') end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{monitor_status}')
        when 'blacklist change' then case when coalesce(lower(mapping.text_at(payload, '{blacklisted_now}')) in ('0'), false) then 'online' else 'offline' end
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{monitor_name}'), mapping.text_at(payload, '{monitor_target}'))
        when 'blacklist change' then coalesce(mapping.text_at(payload, '{label}'), mapping.text_at(payload, '{monitor}'))
    end as service,
    case variant
        when 'alert' then mapping.text_at(payload, '{monitor_type}')
        when 'blacklist change' then 'blacklisted'
    end as error_type,
    case variant when 'alert' then mapping.text_at(payload, '{monitor_category}') end as team,
    null::text as environment,
    case variant
        when 'alert' then mapping.text_at(payload, '{monitor_target}')
        when 'blacklist change' then mapping.text_at(payload, '{links,report_link}')
    end as external_url,
    case variant when 'alert' then mapping.epoch_at(payload, '{timestamp}', 1) end as source_created_at,
    case variant when 'alert' then mapping.epoch_at(payload, '{timestamp}', 1) end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('category', payload #> '{monitor_category}', 'errors', payload #> '{monitor_errors}'))
        when 'blacklist change' then jsonb_strip_nulls(jsonb_build_object('address', payload #> '{monitor}', 'before', payload #> '{blacklisted_before}'))
        else '{}'::jsonb
    end as attributes
from variants
