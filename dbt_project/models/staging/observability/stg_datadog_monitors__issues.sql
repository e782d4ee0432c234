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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'datadog_monitors'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'datadog_monitors') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'datadog_monitors' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{overall_state}')) then 'monitor'
            when (mapping.has_value(payload, '{transition}') or mapping.has_value(payload, '{alert_transition}') or mapping.has_value(payload, '{alert_type}') or mapping.has_value(payload, '{alertTransition}') or (mapping.has_value(payload, '{event_type}') and mapping.has_value(payload, '{title}'))) then 'webhook'
            when (mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{query}')) then 'monitor of a search'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'datadog_monitors'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'monitor' then mapping.text_at(payload, '{name}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{alert_title}'), mapping.text_at(payload, '{event_title}'), mapping.text_at(payload, '{alertTitle}'), mapping.text_at(payload, '{message}'))
        when 'monitor of a search' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'monitor' then mapping.text_at(payload, '{message}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{body}'), mapping.text_at(payload, '{text_only_msg}'), mapping.text_at(payload, '{event_msg}'), mapping.text_at(payload, '{msg}'), mapping.text_at(payload, '{message}'))
    end as body,
    case variant
        when 'monitor' then coalesce(mapping.text_at(payload, '{priority}'), mapping.tag_at(payload, '{tags}', 'severity|priority'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{alert_priority}'), mapping.text_at(payload, '{severity}'), mapping.tag_at(payload, '{tags}', 'severity|priority'), mapping.text_at(payload, '{alert_type}'), nullif(substring(mapping.text_at(payload, '{title}') from '^\[(P[1-5])\]'), ''))
        when 'monitor of a search' then coalesce(mapping.text_at(payload, '{priority}'), mapping.tag_at(payload, '{tags}', 'severity|priority'))
    end as severity_value,
    case variant
        when 'monitor' then mapping.text_at(payload, '{overall_state}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{transition}'), mapping.text_at(payload, '{alert_transition}'), mapping.text_at(payload, '{alertTransition}'), mapping.text_at(payload, '{alert_status}'), nullif(substring(mapping.text_at(payload, '{title}') from '\[(No data Recovered|Warn Recovered|Recovered|Re-Triggered|Triggered|No data|Warn|Renotify)\y'), ''))
        when 'monitor of a search' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'monitor' then coalesce(mapping.tag_at(payload, '{tags}', 'service|app|application'), nullif(substring(mapping.text_at(payload, '{query}') from 'service:([A-Za-z0-9_./-]+)'), ''))
        when 'webhook' then coalesce(mapping.tag_at(payload, '{tags}', 'service|app|application'), mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{hostname}'), mapping.text_at(payload, '{alert_scope}'))
        when 'monitor of a search' then coalesce(mapping.tag_at(payload, '{tags}', 'service|app|application'), nullif(substring(mapping.text_at(payload, '{query}') from 'service:([A-Za-z0-9_./-]+)'), ''))
    end as service,
    case variant
        when 'monitor' then mapping.text_at(payload, '{type}')
        when 'webhook' then coalesce(mapping.text_at(payload, '{alert_metric}'), mapping.text_at(payload, '{metric}'), mapping.text_at(payload, '{event_type}'))
        when 'monitor of a search' then coalesce(mapping.text_at(payload, '{type}'), mapping.text_at(payload, '{classification}'))
    end as error_type,
    case variant
        when 'monitor' then mapping.tag_at(payload, '{tags}', 'team|owner')
        when 'webhook' then mapping.tag_at(payload, '{tags}', 'team|owner')
        when 'monitor of a search' then mapping.tag_at(payload, '{tags}', 'team|owner')
    end as team,
    case variant
        when 'monitor' then coalesce(mapping.tag_at(payload, '{tags}', 'env|environment'), nullif(substring(mapping.text_at(payload, '{query}') from 'env:([A-Za-z0-9_./-]+)'), ''))
        when 'webhook' then coalesce(mapping.tag_at(payload, '{tags}', 'env|environment'), mapping.tag_at(payload, '{alert_scope}', 'env|environment'))
        when 'monitor of a search' then coalesce(mapping.tag_at(payload, '{tags}', 'env|environment'), nullif(substring(mapping.text_at(payload, '{query}') from 'env:([A-Za-z0-9_./-]+)'), ''))
    end as environment,
    case variant
        when 'monitor' then ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/monitors/' || mapping.text_at(payload, '{id}'))
        when 'webhook' then coalesce(mapping.text_at(payload, '{link}'), mapping.text_at(payload, '{url}'))
        when 'monitor of a search' then ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/monitors/' || mapping.text_at(payload, '{id}'))
    end as external_url,
    case variant
        when 'monitor' then coalesce(mapping.instant_at(payload, '{overall_state_modified}'), mapping.instant_at(payload, '{created}'))
        when 'webhook' then coalesce(mapping.epoch_at(payload, '{date}', 1000), mapping.instant_at(payload, '{date}'), mapping.epoch_at(payload, '{date_posix}', 1))
        when 'monitor of a search' then mapping.epoch_at(payload, '{last_triggered_ts}', 1)
    end as source_created_at,
    case variant
        when 'monitor' then coalesce(mapping.instant_at(payload, '{overall_state_modified}'), mapping.instant_at(payload, '{modified}'))
        when 'webhook' then coalesce(coalesce(mapping.epoch_at(payload, '{last_updated}', 1000), mapping.epoch_at(payload, '{date}', 1000)), mapping.instant_at(payload, '{date}'))
    end as resolved_at,
    case variant
        when 'monitor' then jsonb_strip_nulls(jsonb_build_object('query', payload #> '{query}', 'creator', payload #> '{creator,email}', 'tags', payload #> '{tags}'))
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('monitor', coalesce(nullif(payload #> '{alert_id}', 'null'), nullif(payload #> '{monitor_id}', 'null')), 'scope', coalesce(nullif(payload #> '{alert_scope}', 'null'), nullif(payload #> '{scopes}', 'null')), 'tags', payload #> '{tags}'))
        when 'monitor of a search' then jsonb_strip_nulls(jsonb_build_object('query', payload #> '{query}', 'tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
