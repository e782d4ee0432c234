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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'monte_carlo'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'monte_carlo') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'monte_carlo' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{node,id}') and (mapping.has_value(payload, '{node,title}') or mapping.has_value(payload, '{node,status}'))) then 'listed alert'
            when (mapping.has_value(payload, '{incident_id}') or mapping.has_value(payload, '{alert_id}') or mapping.has_value(payload, '{payload,incident_id}') or mapping.has_value(payload, '{payload,alert_id}')) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'monte_carlo'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'listed alert' then coalesce(mapping.text_at(payload, '{node,title}'), (mapping.text_at(payload, '{node,type}') || ' ' || mapping.text_at(payload, '{node,id}')))
        when 'alert' then coalesce(mapping.text_at(payload, '{payload,title}'), mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{payload,event_type}'), mapping.text_at(payload, '{event_type}'), mapping.text_at(payload, '{type}'))
    end as title,
    case variant
        when 'listed alert' then mapping.text_at(payload, '{node,description}')
        when 'alert' then coalesce(mapping.text_at(payload, '{payload,description}'), mapping.text_at(payload, '{description}'))
    end as body,
    case variant
        when 'listed alert' then mapping.text_at(payload, '{node,severity}')
        when 'alert' then coalesce(mapping.text_at(payload, '{payload,severity}'), mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{payload,declared_alert_severity}'), mapping.text_at(payload, '{declared_alert_severity}'))
    end as severity_value,
    case variant
        when 'listed alert' then mapping.text_at(payload, '{node,status}')
        when 'alert' then coalesce(mapping.text_at(payload, '{payload,status}'), mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{payload,feedback}'), mapping.text_at(payload, '{payload,alert_status}'), mapping.text_at(payload, '{payload,alert_feedback}'), mapping.text_at(payload, '{alert_feedback}'))
    end as status_value,
    case variant
        when 'listed alert' then coalesce(mapping.text_at(payload, '{node,tables,0,fullTableId}'), mapping.text_at(payload, '{node,tables,0,mcon}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{payload,tables,0,full_table_id}'), mapping.text_at(payload, '{payload,full_table_id}'), mapping.text_at(payload, '{payload,event_list,0,full_table_id}'), mapping.text_at(payload, '{payload,event_list,0,table}'), mapping.text_at(payload, '{payload,dataset}'))
    end as service,
    case variant
        when 'listed alert' then mapping.text_at(payload, '{node,type}')
        when 'alert' then coalesce(mapping.text_at(payload, '{payload,event_type}'), mapping.text_at(payload, '{payload,alert_type}'), mapping.text_at(payload, '{type}'))
    end as error_type,
    case variant
        when 'listed alert' then coalesce(mapping.text_at(payload, '{node,owner,email}'), mapping.text_at(payload, '{node,owner}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{payload,owner}'), mapping.text_at(payload, '{payload,domains,0}'))
    end as team,
    null::text as environment,
    case variant
        when 'listed alert' then coalesce(mapping.text_at(payload, '{node,url}'), ('https://getmontecarlo.com/alerts/' || mapping.text_at(payload, '{node,id}')))
        when 'alert' then coalesce(mapping.text_at(payload, '{payload,url}'), mapping.text_at(payload, '{payload,incident_url}'), mapping.text_at(payload, '{payload,alert_url}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'listed alert' then mapping.instant_at(payload, '{node,createdTime}')
        when 'alert' then coalesce(mapping.instant_at(payload, '{payload,created_time}'), mapping.instant_at(payload, '{payload,event_created_time}'), mapping.instant_at(payload, '{payload,event_generated_time}'), mapping.instant_at(payload, '{event_generated_time}'), mapping.instant_at(payload, '{payload,alert_created_time}'), mapping.instant_at(payload, '{payload,timestamp}'), mapping.instant_at(payload, '{payload,event_list,0,timestamp}'))
    end as source_created_at,
    case variant when 'listed alert' then coalesce(mapping.instant_at(payload, '{node,updatedTime}'), mapping.instant_at(payload, '{node,lastUpdatedTime}')) end as resolved_at,
    '{}'::jsonb as attributes
from variants
