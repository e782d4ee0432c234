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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'pingdom'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'pingdom') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'pingdom' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{check_name}') and mapping.has_value(payload, '{current_state}')) then 'state change'
            when (mapping.has_value(payload, '{checkid}') and (mapping.has_value(payload, '{messageshort}') or mapping.has_value(payload, '{messagefull}'))) then 'listed alert'
            when (mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{hostname}')) then 'check'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'pingdom'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'state change' then coalesce((mapping.text_at(payload, '{check_name}') || ' is ' || mapping.text_at(payload, '{current_state}')), mapping.text_at(payload, '{check_name}'))
        when 'listed alert' then coalesce(mapping.text_at(payload, '{messagefull}'), mapping.text_at(payload, '{messageshort}'))
        when 'check' then (mapping.text_at(payload, '{name}') || ' is ' || mapping.text_at(payload, '{status}'))
    end as title,
    case variant
        when 'state change' then coalesce(mapping.text_at(payload, '{long_description}'), mapping.text_at(payload, '{description}'))
        when 'listed alert' then mapping.text_at(payload, '{messagefull}')
    end as body,
    case variant when 'state change' then mapping.text_at(payload, '{importance_level}') end as severity_value,
    case variant
        when 'state change' then mapping.text_at(payload, '{current_state}')
        when 'listed alert' then mapping.text_at(payload, '{messageshort}')
        when 'check' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'state change' then coalesce(mapping.text_at(payload, '{check_name}'), mapping.text_at(payload, '{check_params,hostname}'))
        when 'listed alert' then ('check ' || mapping.text_at(payload, '{checkid}'))
        when 'check' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{hostname}'))
    end as service,
    case variant
        when 'state change' then nullif(substring(mapping.text_at(payload, '{description}') from '^(?!OK$).+'), '')
        when 'listed alert' then mapping.text_at(payload, '{messageshort}')
    end as error_type,
    case variant
        when 'state change' then mapping.tag_at(payload, '{tags}', 'team')
        when 'check' then mapping.tag_at(payload, '{tags}', 'team')
    end as team,
    case variant
        when 'state change' then coalesce(mapping.tag_at(payload, '{tags}', 'env|environment'), mapping.text_at(payload, '{tags,0}'))
        when 'check' then mapping.tag_at(payload, '{tags}', 'env|environment')
    end as environment,
    case variant
        when 'state change' then coalesce(mapping.text_at(payload, '{check_params,full_url}'), ('https://my.pingdom.com/app/reports/uptime#check=' || mapping.text_at(payload, '{check_id}')))
        when 'check' then ('https://my.pingdom.com/app/reports/uptime#check=' || mapping.text_at(payload, '{id}'))
    end as external_url,
    case variant
        when 'state change' then mapping.epoch_at(payload, '{state_changed_timestamp}', 1)
        when 'listed alert' then mapping.epoch_at(payload, '{time}', 1)
        when 'check' then coalesce(mapping.epoch_at(payload, '{lasterrortime}', 1), mapping.epoch_at(payload, '{created}', 1))
    end as source_created_at,
    case variant
        when 'state change' then mapping.epoch_at(payload, '{state_changed_timestamp}', 1)
        when 'listed alert' then mapping.epoch_at(payload, '{time}', 1)
    end as resolved_at,
    case variant
        when 'state change' then jsonb_strip_nulls(jsonb_build_object('check_type', payload #> '{check_type}', 'location', payload #> '{first_probe,location}', 'tags', payload #> '{tags}'))
        when 'listed alert' then jsonb_strip_nulls(jsonb_build_object('via', payload #> '{via}'))
        when 'check' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'hostname', payload #> '{hostname}'))
        else '{}'::jsonb
    end as attributes
from variants
