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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'statuscake'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'statuscake') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'statuscake' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{Status}') and (mapping.has_value(payload, '{Name}') or mapping.has_value(payload, '{URL}'))) then 'webhook'
            when (kind in ('test') and mapping.has_value(payload, '{website_url}') and mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{status}')) then 'test'
            when (mapping.has_value(payload, '{triggered_at}') and mapping.has_value(payload, '{status}')) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'statuscake'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then coalesce((mapping.text_at(payload, '{Name}') || ' is ' || mapping.text_at(payload, '{Status}')), (mapping.text_at(payload, '{URL}') || ' is ' || mapping.text_at(payload, '{Status}')))
        when 'test' then (mapping.text_at(payload, '{name}') || ' is ' || mapping.text_at(payload, '{status}'))
        when 'alert' then coalesce((mapping.text_at(payload, '{name}') || ' is ' || mapping.text_at(payload, '{status}')), ('Test ' || mapping.text_at(payload, '{test_id}') || ' is ' || mapping.text_at(payload, '{status}')), ('Test is ' || mapping.text_at(payload, '{status}')))
    end as title,
    null::text as body,
    case variant
        when 'webhook' then mapping.text_at(payload, '{Status}')
        when 'test' then mapping.text_at(payload, '{status}')
        when 'alert' then mapping.text_at(payload, '{status}')
    end as severity_value,
    case variant
        when 'webhook' then mapping.text_at(payload, '{Status}')
        when 'test' then mapping.text_at(payload, '{status}')
        when 'alert' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{Name}'), mapping.text_at(payload, '{URL}'))
        when 'test' then mapping.text_at(payload, '{name}')
        when 'alert' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{test_id}'))
    end as service,
    case variant
        when 'webhook' then ('HTTP ' || mapping.text_at(payload, '{StatusCode}'))
        when 'test' then mapping.text_at(payload, '{test_type}')
        when 'alert' then coalesce(('HTTP ' || mapping.text_at(payload, '{status_code}')), 'uptime')
    end as error_type,
    null::text as team,
    case variant
        when 'webhook' then coalesce(mapping.tag_at(payload, '{Tags}', 'env|environment'), mapping.text_at(payload, '{Tags}'))
        when 'test' then mapping.tag_at(payload, '{tags}', 'env|environment')
    end as environment,
    case variant
        when 'webhook' then mapping.text_at(payload, '{URL}')
        when 'test' then mapping.text_at(payload, '{website_url}')
    end as external_url,
    case variant when 'alert' then mapping.instant_at(payload, '{triggered_at}') end as source_created_at,
    case variant when 'alert' then mapping.instant_at(payload, '{triggered_at}') end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('method', payload #> '{Method}', 'status_code', payload #> '{StatusCode}'))
        when 'test' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
