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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'dead_mans_snitch'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'dead_mans_snitch') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'dead_mans_snitch' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{type}') and mapping.has_value(payload, '{data,snitch}')) then 'alert'
            when (mapping.has_value(payload, '{token}') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{name}')) then 'snitch of the API'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'dead_mans_snitch'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then (mapping.text_at(payload, '{data,snitch,name}') || ' is ' || mapping.text_at(payload, '{data,snitch,status}'))
        when 'snitch of the API' then (mapping.text_at(payload, '{name}') || ' is ' || mapping.text_at(payload, '{status}'))
    end as title,
    case variant
        when 'alert' then mapping.text_at(payload, '{data,snitch,notes}')
        when 'snitch of the API' then mapping.text_at(payload, '{notes}')
    end as body,
    case variant
        when 'alert' then coalesce(mapping.severity_label_at(payload, '{data,snitch,tags}'), mapping.text_at(payload, '{data,snitch,status}'))
        when 'snitch of the API' then coalesce(mapping.severity_label_at(payload, '{tags}'), mapping.text_at(payload, '{status}'))
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{data,snitch,status}')
        when 'snitch of the API' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{data,snitch,name}')
        when 'snitch of the API' then mapping.text_at(payload, '{name}')
    end as service,
    case variant when 'alert' then mapping.text_at(payload, '{type}') end as error_type,
    null::text as team,
    case variant
        when 'alert' then mapping.tag_at(payload, '{data,snitch,tags}', 'env|environment')
        when 'snitch of the API' then mapping.tag_at(payload, '{tags}', 'env|environment')
    end as environment,
    null::text as external_url,
    case variant
        when 'alert' then mapping.instant_at(payload, '{timestamp}')
        when 'snitch of the API' then coalesce(mapping.instant_at(payload, '{checked_in_at}'), mapping.instant_at(payload, '{created_at}'))
    end as source_created_at,
    case variant when 'alert' then mapping.instant_at(payload, '{timestamp}') end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{data,snitch,tags}', 'previous', payload #> '{data,snitch,previous_status}'))
        when 'snitch of the API' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'interval', payload #> '{interval}'))
        else '{}'::jsonb
    end as attributes
from variants
