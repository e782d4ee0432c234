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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'zabbix'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'zabbix') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'zabbix' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{event_id}') or mapping.has_value(payload, '{event_nseverity}') or mapping.has_value(payload, '{trigger_id}') or mapping.has_value(payload, '{hostname}')) then 'webhook'
            when (mapping.has_value(payload, '{eventid}') and mapping.has_value(payload, '{name}')) then 'problem'
            when (mapping.has_value(payload, '{triggerid}') and mapping.has_value(payload, '{description}') and mapping.has_value(payload, '{value}')) then 'trigger'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'zabbix'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{event_name}'), mapping.text_at(payload, '{trigger_name}'), mapping.text_at(payload, '{alert_subject}'), mapping.text_at(payload, '{trigger}'))
        when 'problem' then mapping.text_at(payload, '{name}')
        when 'trigger' then mapping.text_at(payload, '{description}')
    end as title,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{alert_message}'), mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{item}'))
        when 'problem' then mapping.text_at(payload, '{opdata}')
        when 'trigger' then mapping.text_at(payload, '{comments}')
    end as body,
    case variant
        when 'webhook' then coalesce(('severity ' || mapping.text_at(payload, '{event_nseverity}')), mapping.text_at(payload, '{event_severity}'), mapping.text_at(payload, '{trigger_severity}'), mapping.text_at(payload, '{severity}'))
        when 'problem' then ('severity ' || mapping.text_at(payload, '{severity}'))
        when 'trigger' then ('severity ' || mapping.text_at(payload, '{priority}'))
    end as severity_value,
    case variant
        when 'webhook' then coalesce(('value ' || mapping.text_at(payload, '{event_value}')), mapping.text_at(payload, '{event_status}'), mapping.text_at(payload, '{trigger_status}'), mapping.text_at(payload, '{status}'))
        when 'problem' then case when coalesce(lower(mapping.text_at(payload, '{r_eventid}')) in ('0'), false) then case when coalesce(lower(mapping.text_at(payload, '{acknowledged}')) in ('1'), false) then 'acknowledged' else 'problem' end else case when mapping.has_value(payload, '{r_eventid}') then 'resolved' else 'problem' end end
        when 'trigger' then ('value ' || mapping.text_at(payload, '{value}'))
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{host_name}'), mapping.text_at(payload, '{event_host}'), mapping.text_at(payload, '{host}'), mapping.text_at(payload, '{hostname}'), mapping.element_at(payload, '{event_tags}', '{tag}', 'service', '{value}'), mapping.element_at(payload, '{event_tags}', '{tag}', 'component', '{value}'), mapping.element_at(payload, '{event_tags}', '{tag}', 'application', '{value}'), mapping.tag_at(payload, '{event_tags}', 'service|component|application'), mapping.text_at(payload, '{trigger_id}'))
        when 'problem' then coalesce(mapping.text_at(payload, '{hosts,0,name}'), mapping.text_at(payload, '{hosts,0,host}'), mapping.element_at(payload, '{tags}', '{tag}', 'service', '{value}'), mapping.element_at(payload, '{tags}', '{tag}', 'component', '{value}'), mapping.element_at(payload, '{tags}', '{tag}', 'application', '{value}'), mapping.tag_at(payload, '{tags}', 'service|component|application'), mapping.text_at(payload, '{objectid}'))
        when 'trigger' then coalesce(mapping.text_at(payload, '{hosts,0,name}'), mapping.text_at(payload, '{hosts,0,host}'))
    end as service,
    case variant when 'problem' then coalesce(mapping.element_at(payload, '{tags}', '{tag}', 'class', '{value}'), mapping.tag_at(payload, '{tags}', 'class')) end as error_type,
    case variant
        when 'webhook' then coalesce(mapping.element_at(payload, '{event_tags}', '{tag}', 'team', '{value}'), mapping.element_at(payload, '{event_tags}', '{tag}', 'owner', '{value}'), mapping.tag_at(payload, '{event_tags}', 'team|owner'))
        when 'problem' then coalesce(mapping.element_at(payload, '{tags}', '{tag}', 'team', '{value}'), mapping.element_at(payload, '{tags}', '{tag}', 'owner', '{value}'), mapping.tag_at(payload, '{tags}', 'team|owner'))
    end as team,
    case variant
        when 'webhook' then coalesce(mapping.element_at(payload, '{event_tags}', '{tag}', 'env', '{value}'), mapping.element_at(payload, '{event_tags}', '{tag}', 'environment', '{value}'), mapping.tag_at(payload, '{event_tags}', 'env|environment'))
        when 'problem' then coalesce(mapping.element_at(payload, '{tags}', '{tag}', 'env', '{value}'), mapping.element_at(payload, '{tags}', '{tag}', 'environment', '{value}'), mapping.tag_at(payload, '{tags}', 'env|environment'))
    end as environment,
    case variant
        when 'webhook' then coalesce((mapping.text_at(payload, '{zabbix_url}') || '/tr_events.php?triggerid=' || mapping.text_at(payload, '{trigger_id}') || '&eventid=' || mapping.text_at(payload, '{event_id}')), mapping.text_at(payload, '{zabbix_url}'), mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{event_url}'), mapping.text_at(payload, '{trigger_url}'), mapping.text_at(payload, '{link}'))
        when 'problem' then (nullif(config ->> 'base_url', '') || '/tr_events.php?triggerid=' || mapping.text_at(payload, '{objectid}') || '&eventid=' || mapping.text_at(payload, '{eventid}'))
        when 'trigger' then (nullif(config ->> 'base_url', '') || '/tr_events.php?triggerid=' || mapping.text_at(payload, '{triggerid}'))
    end as external_url,
    case variant
        when 'webhook' then coalesce(mapping.epoch_at(payload, '{event_timestamp}', 1), mapping.instant_of((nullif(substring(mapping.text_at(payload, '{event_date}') from '^(\d{4})\.'), '') || '-' || nullif(substring(mapping.text_at(payload, '{event_date}') from '\.(\d\d)\.'), '') || '-' || nullif(substring(mapping.text_at(payload, '{event_date}') from '\.(\d\d)$'), '') || 'T' || mapping.text_at(payload, '{event_time}'))))
        when 'problem' then mapping.epoch_at(payload, '{clock}', 1)
        when 'trigger' then mapping.epoch_at(payload, '{lastchange}', 1)
    end as source_created_at,
    case variant
        when 'webhook' then coalesce(mapping.epoch_at(payload, '{event_recovery_timestamp}', 1), mapping.instant_of((nullif(substring(mapping.text_at(payload, '{event_recovery_date}') from '^(\d{4})\.'), '') || '-' || nullif(substring(mapping.text_at(payload, '{event_recovery_date}') from '\.(\d\d)\.'), '') || '-' || nullif(substring(mapping.text_at(payload, '{event_recovery_date}') from '\.(\d\d)$'), '') || 'T' || mapping.text_at(payload, '{event_recovery_time}'))), mapping.instant_of((nullif(substring(mapping.text_at(payload, '{event_date}') from '^(\d{4})\.'), '') || '-' || nullif(substring(mapping.text_at(payload, '{event_date}') from '\.(\d\d)\.'), '') || '-' || nullif(substring(mapping.text_at(payload, '{event_date}') from '\.(\d\d)$'), '') || 'T' || mapping.text_at(payload, '{event_time}'))))
        when 'problem' then coalesce(mapping.epoch_at(payload, '{r_clock}', 1), mapping.epoch_at(payload, '{clock}', 1))
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('trigger', payload #> '{trigger_id}', 'tags', payload #> '{event_tags}'))
        when 'problem' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'trigger', payload #> '{objectid}'))
        when 'trigger' then jsonb_strip_nulls(jsonb_build_object('trigger', payload #> '{triggerid}'))
        else '{}'::jsonb
    end as attributes
from variants
