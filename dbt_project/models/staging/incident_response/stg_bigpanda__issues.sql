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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'bigpanda'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'bigpanda') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'bigpanda' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{alerts}') or mapping.has_value(payload, '{correlation_matchers_log}') or mapping.has_value(payload, '{active}') or mapping.has_value(payload, '{title}')) and (mapping.has_value(payload, '{started_at}') or mapping.has_value(payload, '{start}') or mapping.has_value(payload, '{updated_at}') or mapping.has_value(payload, '{changed_at}'))) then 'incident'
            when (mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{timestamp}') and (mapping.has_value(payload, '{check}') or mapping.has_value(payload, '{description}'))) then 'alert sent to BigPanda'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'bigpanda'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{alerts,0,condition_name}'), mapping.text_at(payload, '{alerts,0,tags,check}'), mapping.tag_at(payload, '{incident_tags}', 'check|alertname'), mapping.tag_at(payload, '{tags}', 'check|alertname'), mapping.tag_at(payload, '{alerts,0,tags}', 'check|alertname'), mapping.text_at(payload, '{alerts,0,description}'), mapping.text_at(payload, '{subtitle}'), mapping.text_at(payload, '{condition_name}'), mapping.text_at(payload, '{description}'), ('Incident ' || mapping.text_at(payload, '{id}')))
        when 'alert sent to BigPanda' then coalesce(mapping.text_at(payload, '{check}'), mapping.text_at(payload, '{description}'))
    end as title,
    case variant
        when 'incident' then coalesce(nullif(mapping.text_at(payload, '{subtitle}'), mapping.text_at(payload, '{title}')), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{alerts,0,description}'), mapping.text_at(payload, '{alerts,0,condition_name}'))
        when 'alert sent to BigPanda' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{check}'))
    end as body,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{priority}'), nullif(substring(coalesce(mapping.tag_at(payload, '{incident_tags}', 'severity|priority'), mapping.tag_at(payload, '{tags}', 'severity|priority'), mapping.tag_at(payload, '{alerts,0,tags}', 'severity|priority')) from '.+'), ''), nullif(substring(mapping.text_at(payload, '{status}') from '(?i)^(critical|warning|unknown)$'), ''))
        when 'alert sent to BigPanda' then coalesce(mapping.text_at(payload, '{severity}'), nullif(substring(mapping.text_at(payload, '{status}') from '(?i)^(critical|warning)$'), ''))
    end as severity_value,
    case variant
        when 'incident' then mapping.text_at(payload, '{status}')
        when 'alert sent to BigPanda' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'incident' then coalesce(mapping.tag_at(payload, '{incident_tags}', 'service|application|app'), mapping.tag_at(payload, '{tags}', 'service|application|app'), mapping.tag_at(payload, '{alerts,0,tags}', 'service|application|app'), mapping.text_at(payload, '{alerts,0,primary_property,value}'), mapping.text_at(payload, '{alerts,0,primary_property}'), mapping.tag_at(payload, '{incident_tags}', 'host'), mapping.tag_at(payload, '{tags}', 'host'), mapping.tag_at(payload, '{alerts,0,tags}', 'host'))
        when 'alert sent to BigPanda' then coalesce(mapping.text_at(payload, '{service}'), mapping.text_at(payload, '{application}'), mapping.text_at(payload, '{host}'))
    end as service,
    case variant
        when 'incident' then coalesce(mapping.tag_at(payload, '{incident_tags}', 'check|alertname'), mapping.tag_at(payload, '{tags}', 'check|alertname'), mapping.tag_at(payload, '{alerts,0,tags}', 'check|alertname'))
        when 'alert sent to BigPanda' then mapping.text_at(payload, '{check}')
    end as error_type,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{assignee,name}'), mapping.tag_at(payload, '{incident_tags}', 'team|owner|support_group'), mapping.tag_at(payload, '{tags}', 'team|owner|support_group'), mapping.tag_at(payload, '{alerts,0,tags}', 'team|owner|support_group'))
        when 'alert sent to BigPanda' then mapping.text_at(payload, '{team}')
    end as team,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{environment,name}'), mapping.tag_at(payload, '{incident_tags}', 'env|environment'), mapping.tag_at(payload, '{tags}', 'env|environment'), mapping.tag_at(payload, '{alerts,0,tags}', 'env|environment'), mapping.text_at(payload, '{environments,0,name}'), mapping.text_at(payload, '{environments,0}'))
        when 'alert sent to BigPanda' then coalesce(mapping.text_at(payload, '{environment}'), mapping.text_at(payload, '{env}'))
    end as environment,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{incident_url}'), mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{share_link}'), mapping.text_at(payload, '{links,details}'), mapping.text_at(payload, '{preview_url}'))
        when 'alert sent to BigPanda' then mapping.text_at(payload, '{link}')
    end as external_url,
    case variant
        when 'incident' then coalesce(mapping.epoch_at(payload, '{started_at}', 1), mapping.instant_at(payload, '{started_at}'), mapping.epoch_at(payload, '{start}', 1), mapping.instant_at(payload, '{start}'))
        when 'alert sent to BigPanda' then mapping.epoch_at(payload, '{timestamp}', 1)
    end as source_created_at,
    case variant
        when 'incident' then coalesce(mapping.epoch_at(payload, '{ended_at}', 1), mapping.instant_at(payload, '{ended_at}'), mapping.epoch_at(payload, '{end}', 1), mapping.instant_at(payload, '{end}'), mapping.epoch_at(payload, '{updated_at}', 1), mapping.instant_at(payload, '{updated_at}'), mapping.epoch_at(payload, '{changed_at}', 1), mapping.instant_at(payload, '{changed_at}'))
        when 'alert sent to BigPanda' then mapping.epoch_at(payload, '{timestamp}', 1)
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('alerts', payload #> '{active_alerts}', 'folders', payload #> '{folders}', 'sources', payload #> '{source_systems}'))
        when 'alert sent to BigPanda' then jsonb_strip_nulls(jsonb_build_object('host', payload #> '{host}', 'cluster', payload #> '{cluster}'))
        else '{}'::jsonb
    end as attributes
from variants
