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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'coralogix'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'coralogix') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'coralogix' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alert_action}') and (mapping.has_value(payload, '{name}') or mapping.has_value(payload, '{alert_name}'))) then 'webhook'
            when (mapping.has_value(payload, '{createdAt}') and (mapping.has_value(payload, '{severity}') or mapping.has_value(payload, '{state}')) and mapping.has_value(payload, '{name}')) then 'incident'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'coralogix'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{alert_name}'))
        when 'incident' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'webhook' then mapping.text_at(payload, '{description}')
        when 'incident' then mapping.text_at(payload, '{description}')
    end as body,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{alert_severity}'), mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{priority}'), mapping.tag_at(payload, '{fields}', 'severity|alertSeverity|priority'), mapping.text_at(payload, '{fields,severity}'), mapping.text_at(payload, '{fields,alertSeverity}'), mapping.text_at(payload, '{fields,priority}'))
        when 'incident' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'webhook' then mapping.text_at(payload, '{alert_action}')
        when 'incident' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{state}'))
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.tag_at(payload, '{fields}', 'service|application|applicationName'), mapping.text_at(payload, '{fields,service}'), mapping.text_at(payload, '{fields,application}'), mapping.text_at(payload, '{fields,applicationName}'), mapping.text_at(payload, '{application}'), mapping.text_at(payload, '{application_name}'), mapping.text_at(payload, '{service}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{contextualLabels,application}'), mapping.text_at(payload, '{contextualLabels,applicationName}'), mapping.text_at(payload, '{contextualLabels,application_name}'), mapping.text_at(payload, '{contextualLabels,service}'), mapping.text_at(payload, '{displayLabels,service}'), mapping.tag_at(payload, '{metaLabels}', 'service|application'))
    end as service,
    case variant when 'webhook' then coalesce(mapping.text_at(payload, '{alert_type}'), mapping.text_at(payload, '{alert_category}'), mapping.tag_at(payload, '{fields}', 'alertType'), mapping.text_at(payload, '{fields,alertType}')) end as error_type,
    case variant
        when 'webhook' then coalesce(mapping.tag_at(payload, '{fields}', 'team|owner'), mapping.text_at(payload, '{fields,team}'), mapping.text_at(payload, '{fields,owner}'), mapping.text_at(payload, '{team}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{contextualLabels,team}'), mapping.tag_at(payload, '{metaLabels}', 'team|owner'))
    end as team,
    case variant
        when 'webhook' then coalesce(mapping.tag_at(payload, '{fields}', 'environment|env|subsystem|subsystemName'), mapping.text_at(payload, '{fields,environment}'), mapping.text_at(payload, '{fields,env}'), mapping.text_at(payload, '{fields,subsystem}'), mapping.text_at(payload, '{fields,subsystemName}'), mapping.text_at(payload, '{subsystem}'), mapping.text_at(payload, '{subsystem_name}'))
        when 'incident' then coalesce(mapping.text_at(payload, '{contextualLabels,environment}'), mapping.text_at(payload, '{contextualLabels,subsystem}'), mapping.text_at(payload, '{contextualLabels,subsystem_name}'), mapping.tag_at(payload, '{metaLabels}', 'environment|env'))
    end as environment,
    case variant when 'webhook' then coalesce(mapping.text_at(payload, '{alert_url}'), mapping.text_at(payload, '{log_url}')) end as external_url,
    case variant
        when 'webhook' then coalesce(coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{alert_timestamp}'), mapping.instant_at(payload, '{alert_timestamp_ms}'), mapping.instant_at(payload, '{fields,timestamp}')), coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.epoch_at(payload, '{alert_timestamp}', 1000), mapping.epoch_at(payload, '{alert_timestamp_ms}', 1000), mapping.epoch_at(payload, '{fields,timestamp}', 1000)))
        when 'incident' then mapping.instant_at(payload, '{createdAt}')
    end as source_created_at,
    case variant
        when 'webhook' then coalesce(coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{alert_timestamp}'), mapping.instant_at(payload, '{alert_timestamp_ms}'), mapping.instant_at(payload, '{fields,timestamp}')), coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.epoch_at(payload, '{alert_timestamp}', 1000), mapping.epoch_at(payload, '{alert_timestamp_ms}', 1000), mapping.epoch_at(payload, '{fields,timestamp}', 1000)))
        when 'incident' then coalesce(mapping.instant_at(payload, '{closedAt}'), mapping.instant_at(payload, '{lastStateUpdateTime}'))
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('threshold', payload #> '{threshold}', 'hits', payload #> '{hit_count}', 'query', payload #> '{query_text}'))
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('muted', payload #> '{isMuted}', 'duration', payload #> '{duration}'))
        else '{}'::jsonb
    end as attributes
from variants
