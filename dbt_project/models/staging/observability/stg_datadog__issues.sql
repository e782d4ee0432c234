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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'datadog'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'datadog') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'datadog' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{attributes,title}') and coalesce(lower(mapping.text_at(payload, '{type}')) in ('case'), false)) then 'case'
            when (coalesce(lower(mapping.text_at(payload, '{type}')) in ('event'), false) and mapping.has_value(payload, '{attributes,timestamp}')) then 'event of version 2'
            when (mapping.has_value(payload, '{attributes,title}') and (coalesce(lower(mapping.text_at(payload, '{type}')) in ('incident', 'incidents'), false) or mapping.has_value(payload, '{attributes,fields}') or mapping.has_value(payload, '{attributes,public_id}') or mapping.has_value(payload, '{attributes,state}'))) then 'incident'
            when (mapping.has_value(payload, '{attributes,started_at}') and (coalesce(lower(mapping.text_at(payload, '{type}')) in ('dora_failure', 'dora_incident'), false) or mapping.has_value(payload, '{attributes,services}'))) then 'failure of the delivery metrics'
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{date_happened}')) then 'event'
            when (mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{overall_state}')) then 'monitor'
            when true then 'webhook'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'datadog'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'case' then mapping.text_at(payload, '{attributes,title}')
        when 'event of version 2' then coalesce(mapping.text_at(payload, '{attributes,attributes,title}'), mapping.text_at(payload, '{attributes,message}'))
        when 'incident' then mapping.text_at(payload, '{attributes,title}')
        when 'failure of the delivery metrics' then coalesce(mapping.text_at(payload, '{attributes,name}'), ('Failure of ' || mapping.text_at(payload, '{attributes,services,0}')))
        when 'event' then mapping.text_at(payload, '{title}')
        when 'monitor' then mapping.text_at(payload, '{name}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{incident_title}'), mapping.text_at(payload, '{event_title}'), mapping.text_at(payload, '{alert_title}'))
    end as title,
    case variant
        when 'case' then mapping.text_at(payload, '{attributes,description}')
        when 'event of version 2' then nullif(mapping.text_at(payload, '{attributes,message}'), mapping.text_at(payload, '{attributes,attributes,title}'))
        when 'incident' then mapping.text_at(payload, '{attributes,fields,summary,value}')
        when 'event' then mapping.text_at(payload, '{text}')
        when 'monitor' then mapping.text_at(payload, '{message}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{incident_msg}'), mapping.text_at(payload, '{body}'), mapping.text_at(payload, '{text_only_msg}'), mapping.text_at(payload, '{event_msg}'))
    end as body,
    case variant
        when 'case' then mapping.text_at(payload, '{attributes,priority}')
        when 'event of version 2' then mapping.text_at(payload, '{attributes,attributes,status}')
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,severity}'), mapping.text_at(payload, '{attributes,fields,severity,value}'))
        when 'failure of the delivery metrics' then mapping.text_at(payload, '{attributes,severity}')
        when 'event' then mapping.text_at(payload, '{alert_type}')
        when 'monitor' then coalesce(mapping.text_at(payload, '{priority}'), mapping.tag_at(payload, '{tags}', 'severity|priority'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{incident_severity}'), mapping.text_at(payload, '{alert_priority}'), mapping.text_at(payload, '{priority}'), nullif(substring(mapping.text_at(payload, '{alert_type}') from '^(error|warning|warn|info)$'), ''), nullif(substring(mapping.text_at(payload, '{title}') from '^\[(SEV-[0-5])\]'), ''))
    end as severity_value,
    case variant
        when 'case' then mapping.text_at(payload, '{attributes,status}')
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,state}'), mapping.text_at(payload, '{attributes,fields,state,value}'))
        when 'failure of the delivery metrics' then case when mapping.has_value(payload, '{attributes,finished_at}') then 'resolved' else 'active' end
        when 'event' then nullif(substring(mapping.text_at(payload, '{title}') from '\[(No data Recovered|Warn Recovered|Recovered|Re-Triggered|Triggered|No data|Warn|Renotify)'), '')
        when 'monitor' then mapping.text_at(payload, '{overall_state}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{incident_status}'), mapping.text_at(payload, '{alert_transition}'), nullif(substring(mapping.text_at(payload, '{title}') from '\[(No data Recovered|Warn Recovered|Recovered|Re-Triggered|Triggered|No data|Warn|Renotify)'), ''))
    end as status_value,
    case variant
        when 'event of version 2' then coalesce(mapping.text_at(payload, '{attributes,attributes,service}'), mapping.tag_at(payload, '{attributes,tags}', 'service'))
        when 'incident' then mapping.text_at(payload, '{attributes,fields,services,value,0}')
        when 'failure of the delivery metrics' then mapping.text_at(payload, '{attributes,services,0}')
        when 'event' then coalesce(mapping.tag_at(payload, '{tags}', 'service'), mapping.text_at(payload, '{host}'))
        when 'monitor' then coalesce(mapping.tag_at(payload, '{tags}', 'service|app|application'), nullif(substring(mapping.text_at(payload, '{query}') from 'service:([A-Za-z0-9_./-]+)'), ''))
        when 'webhook' then mapping.tag_at(payload, '{tags}', 'service')
    end as service,
    case variant
        when 'case' then mapping.text_at(payload, '{attributes,type}')
        when 'event of version 2' then mapping.text_at(payload, '{attributes,attributes,evt,name}')
        when 'event' then coalesce(mapping.text_at(payload, '{source}'), mapping.text_at(payload, '{source_type_name}'))
        when 'monitor' then mapping.text_at(payload, '{type}')
    end as error_type,
    case variant
        when 'event of version 2' then mapping.tag_at(payload, '{attributes,tags}', 'team')
        when 'incident' then mapping.text_at(payload, '{attributes,fields,teams,value,0}')
        when 'failure of the delivery metrics' then mapping.text_at(payload, '{attributes,team}')
        when 'event' then mapping.tag_at(payload, '{tags}', 'team')
        when 'monitor' then mapping.tag_at(payload, '{tags}', 'team|owner')
        when 'webhook' then mapping.tag_at(payload, '{tags}', 'team')
    end as team,
    case variant
        when 'event of version 2' then mapping.tag_at(payload, '{attributes,tags}', 'env|environment')
        when 'incident' then mapping.text_at(payload, '{attributes,fields,env,value,0}')
        when 'failure of the delivery metrics' then mapping.text_at(payload, '{attributes,env}')
        when 'event' then mapping.tag_at(payload, '{tags}', 'env|environment')
        when 'monitor' then coalesce(mapping.tag_at(payload, '{tags}', 'env|environment'), nullif(substring(mapping.text_at(payload, '{query}') from 'env:([A-Za-z0-9_./-]+)'), ''))
        when 'webhook' then mapping.tag_at(payload, '{tags}', 'env|environment')
    end as environment,
    case variant
        when 'case' then ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/cases/' || mapping.text_at(payload, '{attributes,key}'))
        when 'incident' then ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/incidents/' || mapping.text_at(payload, '{attributes,public_id}'))
        when 'event' then coalesce(nullif(substring(mapping.text_at(payload, '{url}') from '^https?://.*'), ''), ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/event/event?id=' || mapping.text_at(payload, '{id}')))
        when 'monitor' then ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/monitors/' || mapping.text_at(payload, '{id}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{incident_url}'), mapping.text_at(payload, '{link}'), ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/incidents/' || mapping.text_at(payload, '{public_id}')))
    end as external_url,
    case variant
        when 'case' then mapping.instant_at(payload, '{attributes,created_at}')
        when 'event of version 2' then mapping.instant_at(payload, '{attributes,timestamp}')
        when 'incident' then mapping.instant_at(payload, '{attributes,created}')
        when 'failure of the delivery metrics' then coalesce(mapping.instant_at(payload, '{attributes,started_at}'), mapping.epoch_at(payload, '{attributes,started_at}', 1000000000))
        when 'event' then mapping.epoch_at(payload, '{date_happened}', 1)
        when 'monitor' then coalesce(mapping.instant_at(payload, '{overall_state_modified}'), mapping.instant_at(payload, '{created}'))
        when 'webhook' then coalesce(coalesce(mapping.epoch_at(payload, '{date}', 1000), mapping.epoch_at(payload, '{last_updated}', 1000)), mapping.instant_at(payload, '{date}'))
    end as source_created_at,
    case variant
        when 'case' then coalesce(mapping.instant_at(payload, '{attributes,closed_at}'), mapping.instant_at(payload, '{attributes,modified_at}'))
        when 'incident' then mapping.instant_at(payload, '{attributes,resolved}')
        when 'failure of the delivery metrics' then coalesce(mapping.instant_at(payload, '{attributes,finished_at}'), mapping.epoch_at(payload, '{attributes,finished_at}', 1000000000))
        when 'monitor' then coalesce(mapping.instant_at(payload, '{overall_state_modified}'), mapping.instant_at(payload, '{modified}'))
    end as resolved_at,
    case variant
        when 'case' then jsonb_strip_nulls(jsonb_build_object('key', payload #> '{attributes,key}'))
        when 'event of version 2' then jsonb_strip_nulls(jsonb_build_object('host', payload #> '{attributes,attributes,hostname}', 'tags', payload #> '{attributes,tags}'))
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('public_id', (mapping.text_at(payload, '{attributes,public_id}')), 'root_cause', payload #> '{attributes,fields,root_cause,value}', 'customer_impacted', payload #> '{attributes,customer_impacted}'))
        when 'failure of the delivery metrics' then jsonb_strip_nulls(jsonb_build_object('version', payload #> '{attributes,version}', 'tags', payload #> '{attributes,custom_tags}'))
        when 'event' then jsonb_strip_nulls(jsonb_build_object('host', payload #> '{host}', 'priority', payload #> '{priority}', 'tags', payload #> '{tags}'))
        when 'monitor' then jsonb_strip_nulls(jsonb_build_object('query', payload #> '{query}', 'creator', payload #> '{creator,email}', 'tags', payload #> '{tags}'))
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('public_id', coalesce((mapping.text_at(payload, '{public_id}')), mapping.text_at(payload, '{incident_public_id}')), 'region', mapping.tag_at(payload, '{tags}', 'region')))
        else '{}'::jsonb
    end as attributes
from variants
