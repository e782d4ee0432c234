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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'honeybadger'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'honeybadger') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'honeybadger' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{fault,klass}') and (mapping.has_value(payload, '{fault,id}') or mapping.has_value(payload, '{fault,resolved}'))) then 'webhook of a fault'
            when (mapping.has_value(payload, '{event}') and (mapping.has_value(payload, '{site}') or mapping.has_value(payload, '{outage}'))) then 'webhook of an uptime check'
            when (mapping.has_value(payload, '{event}') and mapping.has_value(payload, '{check_in}')) then 'webhook of a check-in'
            when (mapping.has_value(payload, '{event}') and mapping.has_value(payload, '{alarm}')) then 'webhook of an alarm'
            when (mapping.has_value(payload, '{klass}') and (mapping.has_value(payload, '{id}') or mapping.has_value(payload, '{resolved}'))) then 'fault'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'honeybadger'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook of a fault' then coalesce((mapping.text_at(payload, '{fault,klass}') || ': ' || mapping.text_at(payload, '{fault,message}')), mapping.text_at(payload, '{fault,klass}'))
        when 'webhook of an uptime check' then coalesce(mapping.text_at(payload, '{message}'), (mapping.text_at(payload, '{site,name}') || ' is ' || mapping.text_at(payload, '{event}')))
        when 'webhook of a check-in' then coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{check_in,name}'))
        when 'webhook of an alarm' then coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{alarm,name}'))
        when 'fault' then coalesce((mapping.text_at(payload, '{klass}') || ': ' || mapping.text_at(payload, '{message}')), mapping.text_at(payload, '{klass}'))
    end as title,
    case variant
        when 'webhook of a fault' then coalesce(mapping.text_at(payload, '{fault,message}'), mapping.text_at(payload, '{message}'))
        when 'webhook of an uptime check' then coalesce(mapping.text_at(payload, '{outage,reason}'), mapping.text_at(payload, '{site,url}'))
        when 'webhook of an alarm' then mapping.text_at(payload, '{alarm,description}')
        when 'fault' then coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{message}'))
    end as body,
    case variant
        when 'webhook of a fault' then mapping.severity_label_at(payload, '{fault,tags}')
        when 'fault' then mapping.severity_label_at(payload, '{tags}')
    end as severity_value,
    case variant
        when 'webhook of a fault' then case when coalesce(lower(mapping.text_at(payload, '{fault,resolved}')) in ('true'), false) then 'resolved' else case when coalesce(lower(mapping.text_at(payload, '{fault,ignored}')) in ('true'), false) then 'ignored' else 'unresolved' end end
        when 'webhook of an uptime check' then coalesce(mapping.text_at(payload, '{event}'), mapping.text_at(payload, '{site,state}'))
        when 'webhook of a check-in' then coalesce(mapping.text_at(payload, '{event}'), mapping.text_at(payload, '{check_in,state}'))
        when 'webhook of an alarm' then coalesce(mapping.text_at(payload, '{event}'), mapping.text_at(payload, '{alarm,state}'))
        when 'fault' then case when coalesce(lower(mapping.text_at(payload, '{resolved}')) in ('true'), false) then 'resolved' else case when coalesce(lower(mapping.text_at(payload, '{ignored}')) in ('true'), false) then 'ignored' else 'unresolved' end end
    end as status_value,
    case variant
        when 'webhook of a fault' then coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{fault,project,name}'), mapping.text_at(payload, '{fault,component}'), mapping.text_at(payload, '{fault,project_id}'))
        when 'webhook of an uptime check' then coalesce(mapping.text_at(payload, '{site,name}'), mapping.text_at(payload, '{project,name}'))
        when 'webhook of a check-in' then coalesce(mapping.text_at(payload, '{check_in,name}'), mapping.text_at(payload, '{project,name}'))
        when 'webhook of an alarm' then coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{alarm,name}'))
        when 'fault' then coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{component}'), mapping.text_at(payload, '{project_id}'))
    end as service,
    case variant
        when 'webhook of a fault' then mapping.text_at(payload, '{fault,klass}')
        when 'webhook of an uptime check' then case when mapping.has_value(payload, '{outage,status}') then ('HTTP ' || mapping.text_at(payload, '{outage,status}')) else 'uptime' end
        when 'webhook of a check-in' then 'check_in'
        when 'webhook of an alarm' then 'alarm'
        when 'fault' then mapping.text_at(payload, '{klass}')
    end as error_type,
    case variant
        when 'webhook of a fault' then coalesce(mapping.text_at(payload, '{fault,assignee,name}'), mapping.text_at(payload, '{project,teams,0,name}'))
        when 'fault' then coalesce(mapping.text_at(payload, '{assignee,name}'), mapping.text_at(payload, '{project,teams,0,name}'))
    end as team,
    case variant
        when 'webhook of a fault' then mapping.text_at(payload, '{fault,environment}')
        when 'webhook of an uptime check' then mapping.text_at(payload, '{project,environments,0,name}')
        when 'fault' then mapping.text_at(payload, '{environment}')
    end as environment,
    case variant
        when 'webhook of a fault' then coalesce(mapping.text_at(payload, '{fault,url}'), mapping.text_at(payload, '{fault,links,web}'))
        when 'webhook of an uptime check' then coalesce(mapping.text_at(payload, '{outage,details_url}'), mapping.text_at(payload, '{site,details_url}'), mapping.text_at(payload, '{site,url}'))
        when 'webhook of a check-in' then coalesce(mapping.text_at(payload, '{check_in,details_url}'), mapping.text_at(payload, '{check_in,url}'))
        when 'webhook of an alarm' then coalesce(mapping.text_at(payload, '{alarm,url}'), mapping.text_at(payload, '{alarm,details_url}'))
        when 'fault' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{links,web}'))
    end as external_url,
    case variant
        when 'webhook of a fault' then mapping.instant_at(payload, '{fault,created_at}')
        when 'webhook of an uptime check' then coalesce(mapping.instant_at(payload, '{outage,down_at}'), mapping.instant_at(payload, '{site,last_checked_at}'))
        when 'webhook of a check-in' then coalesce(mapping.instant_at(payload, '{check_in,missed_at}'), mapping.instant_at(payload, '{check_in,expected_at}'), mapping.instant_at(payload, '{check_in,reported_at}'))
        when 'webhook of an alarm' then coalesce(mapping.instant_at(payload, '{trigger,triggered_at}'), mapping.instant_at(payload, '{alarm,updated_at}'), mapping.instant_at(payload, '{alarm,created_at}'))
        when 'fault' then mapping.instant_at(payload, '{created_at}')
    end as source_created_at,
    case variant
        when 'webhook of a fault' then mapping.instant_at(payload, '{fault,last_notice_at}')
        when 'webhook of an uptime check' then coalesce(mapping.instant_at(payload, '{outage,up_at}'), mapping.instant_at(payload, '{site,last_checked_at}'))
        when 'webhook of a check-in' then mapping.instant_at(payload, '{check_in,reported_at}')
        when 'webhook of an alarm' then coalesce(mapping.instant_at(payload, '{trigger,recovered_at}'), mapping.instant_at(payload, '{alarm,updated_at}'))
        when 'fault' then mapping.instant_at(payload, '{last_notice_at}')
    end as resolved_at,
    case variant
        when 'webhook of a fault' then jsonb_strip_nulls(jsonb_build_object('component', payload #> '{fault,component}', 'action', payload #> '{fault,action}', 'notices', payload #> '{fault,notices_count}', 'event', payload #> '{event}'))
        when 'webhook of an uptime check' then jsonb_strip_nulls(jsonb_build_object('site', payload #> '{site,url}', 'project', payload #> '{project,name}'))
        when 'webhook of a check-in' then jsonb_strip_nulls(jsonb_build_object('project', payload #> '{project,name}', 'schedule', payload #> '{check_in,schedule_type}'))
        when 'fault' then jsonb_strip_nulls(jsonb_build_object('component', payload #> '{component}', 'action', payload #> '{action}', 'notices', payload #> '{notices_count}', 'event', payload #> '{event}'))
        else '{}'::jsonb
    end as attributes
from variants
