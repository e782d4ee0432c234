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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'rapid7_insightidr'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'rapid7_insightidr') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'rapid7_insightidr' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{alert_rrn}') or mapping.has_value(payload, '{alerted_at}') or mapping.has_value(payload, '{rule,rrn}') or mapping.has_value(payload, '{rule,name}') or mapping.has_value(payload, '{alert_type}'))) then 'alert'
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{created_time}') or mapping.has_value(payload, '{disposition}'))) then 'investigation'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'rapid7_insightidr'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then mapping.text_at(payload, '{title}')
        when 'investigation' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{rule,name}'), mapping.text_at(payload, '{external_source}'), mapping.text_at(payload, '{alert_type_description}'))
        when 'investigation' then mapping.text_at(payload, '{alerts,0,type_description}')
    end as body,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{severity}'))
        when 'investigation' then mapping.text_at(payload, '{priority}')
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{status}')
        when 'investigation' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{external_source}'), mapping.text_at(payload, '{alert_source}'), mapping.text_at(payload, '{type}'))
        when 'investigation' then mapping.text_at(payload, '{source}')
    end as service,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{rule,name}'), mapping.text_at(payload, '{alert_type}'), mapping.text_at(payload, '{type}'))
        when 'investigation' then coalesce(mapping.text_at(payload, '{alerts,0,type}'), mapping.text_at(payload, '{source}'))
    end as error_type,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{assignee,email}'), mapping.text_at(payload, '{assignee,name}'))
        when 'investigation' then coalesce(mapping.text_at(payload, '{assignee,email}'), mapping.text_at(payload, '{assignee,name}'))
    end as team,
    null::text as environment,
    null::text as external_url,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{alerted_at}'), mapping.instant_at(payload, '{created_time}'))
        when 'investigation' then coalesce(mapping.instant_at(payload, '{created_time}'), mapping.instant_at(payload, '{first_alert_time}'))
    end as source_created_at,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{closed_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'investigation' then coalesce(mapping.instant_at(payload, '{last_accessed}'), mapping.instant_at(payload, '{latest_alert_time}'))
    end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('disposition', payload #> '{disposition}'))
        when 'investigation' then jsonb_strip_nulls(jsonb_build_object('disposition', payload #> '{disposition}', 'responsibility', payload #> '{responsibility}', 'tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
