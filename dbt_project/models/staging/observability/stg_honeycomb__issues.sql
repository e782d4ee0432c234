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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'honeycomb'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'honeycomb') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'honeycomb' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{triggered}') and mapping.has_value(payload, '{slo}')) then 'burn alert'
            when (mapping.has_value(payload, '{triggered}') and mapping.has_value(payload, '{name}')) then 'trigger'
            when ((mapping.has_value(payload, '{status}') or mapping.has_value(payload, '{isTest}') or mapping.has_value(payload, '{summary}')) and (mapping.has_value(payload, '{result_url}') or mapping.has_value(payload, '{trigger_url}') or mapping.has_value(payload, '{trigger_id}') or (mapping.has_value(payload, '{id}') and (mapping.has_value(payload, '{timestamp}') or mapping.has_value(payload, '{alert}') or mapping.has_value(payload, '{isTest}') or mapping.has_value(payload, '{url}'))))) then 'webhook'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'honeycomb'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'burn alert' then coalesce((coalesce(mapping.text_at(payload, '{slo,name}'), ('SLO ' || mapping.text_at(payload, '{slo,id}'))) || ': ' || mapping.text_at(payload, '{alert_type}')), mapping.text_at(payload, '{description}'))
        when 'trigger' then mapping.text_at(payload, '{name}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{trigger_name}'), mapping.text_at(payload, '{slo,name}'), mapping.text_at(payload, '{summary}'))
    end as title,
    case variant
        when 'burn alert' then mapping.text_at(payload, '{description}')
        when 'trigger' then mapping.text_at(payload, '{description}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{summary}'), mapping.text_at(payload, '{trigger_description}'), mapping.text_at(payload, '{description}'))
    end as body,
    case variant
        when 'trigger' then coalesce(mapping.tag_at(payload, '{tags}', 'severity|priority'), mapping.text_at(payload, '{recipients,0,details,pagerduty_severity}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{alert,severity}'), mapping.text_at(payload, '{vars,severity}'))
    end as severity_value,
    case variant
        when 'burn alert' then case when coalesce(lower(mapping.text_at(payload, '{triggered}')) in ('true'), false) then 'triggered' else 'ok' end
        when 'trigger' then case when coalesce(lower(mapping.text_at(payload, '{triggered}')) in ('true'), false) then 'triggered' else 'ok' end
        when 'webhook' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'burn alert' then coalesce(mapping.text_at(payload, '{dataset_slug}'), mapping.text_at(payload, '{slo,name}'))
        when 'trigger' then coalesce(mapping.text_at(payload, '{dataset_slug}'), mapping.tag_at(payload, '{tags}', 'service'), mapping.text_at(payload, '{dataset}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{dataset_slug}'), mapping.text_at(payload, '{dataset,slug}'), mapping.text_at(payload, '{dataset,name}'), mapping.text_at(payload, '{dataset}'), mapping.text_at(payload, '{vars,service}'), mapping.text_at(payload, '{slo,dataset}'), mapping.text_at(payload, '{result_groups_triggered,0,Group,service}'), mapping.text_at(payload, '{result_groups_triggered,0,Group,"service.name"}'))
    end as service,
    case variant
        when 'burn alert' then mapping.text_at(payload, '{alert_type}')
        when 'trigger' then mapping.text_at(payload, '{alert_type}')
        when 'webhook' then mapping.text_at(payload, '{alert,type}')
    end as error_type,
    case variant
        when 'trigger' then mapping.tag_at(payload, '{tags}', 'team|owner')
        when 'webhook' then mapping.text_at(payload, '{vars,team}')
    end as team,
    case variant
        when 'trigger' then coalesce(mapping.text_at(payload, '{environment}'), mapping.tag_at(payload, '{tags}', 'environment|env'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{environment,slug}'), mapping.text_at(payload, '{environment,name}'), mapping.text_at(payload, '{environment}'), mapping.text_at(payload, '{environment_slug}'))
    end as environment,
    case variant when 'webhook' then coalesce(mapping.text_at(payload, '{result_url}'), mapping.text_at(payload, '{trigger_url}'), mapping.text_at(payload, '{slo,url}'), mapping.text_at(payload, '{url}')) end as external_url,
    case variant
        when 'burn alert' then coalesce(mapping.instant_at(payload, '{updated_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'trigger' then coalesce(mapping.instant_at(payload, '{updated_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'webhook' then coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{alert,timestamp}'))
    end as source_created_at,
    case variant
        when 'burn alert' then mapping.instant_at(payload, '{updated_at}')
        when 'trigger' then mapping.instant_at(payload, '{updated_at}')
        when 'webhook' then coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{alert,timestamp}'))
    end as resolved_at,
    case variant
        when 'burn alert' then jsonb_strip_nulls(jsonb_build_object('slo', payload #> '{slo,id}', 'exhaustion_minutes', payload #> '{exhaustion_minutes}'))
        when 'trigger' then jsonb_strip_nulls(jsonb_build_object('threshold', payload #> '{threshold,value}', 'query', payload #> '{query_id}'))
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('threshold', payload #> '{threshold}', 'groups', payload #> '{result_groups_triggered}'))
        else '{}'::jsonb
    end as attributes
from variants
