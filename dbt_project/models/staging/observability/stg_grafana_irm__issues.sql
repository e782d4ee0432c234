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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'grafana_irm'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'grafana_irm') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'grafana_irm' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{incidentID}') and mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{status}')) then 'incident'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'grafana_irm'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'incident' then mapping.text_at(payload, '{title}') end as title,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{summary}'), mapping.text_at(payload, '{description}')) end as body,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{severityLabel}'), mapping.text_at(payload, '{severity}')) end as severity_value,
    case variant when 'incident' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'incident' then coalesce(mapping.element_at(payload, '{labels}', '{key}', 'service', '{label}'), mapping.element_at(payload, '{labels}', '{key}', 'service_name', '{label}'), mapping.element_at(payload, '{labels}', '{key}', 'app', '{label}'), mapping.tag_at(payload, '{labels}', 'service|service_name|app'), mapping.text_at(payload, '{labels,0,label}')) end as service,
    case variant when 'incident' then mapping.text_at(payload, '{incidentType}') end as error_type,
    case variant when 'incident' then coalesce(mapping.element_at(payload, '{labels}', '{key}', 'team', '{label}'), mapping.element_at(payload, '{labels}', '{key}', 'squad', '{label}'), mapping.tag_at(payload, '{labels}', 'team|squad')) end as team,
    case variant when 'incident' then coalesce(mapping.element_at(payload, '{labels}', '{key}', 'environment', '{label}'), mapping.element_at(payload, '{labels}', '{key}', 'env', '{label}'), mapping.tag_at(payload, '{labels}', 'environment|env')) end as environment,
    case variant when 'incident' then coalesce(mapping.text_at(payload, '{incidentUrl}'), (nullif(config ->> 'base_url', '') || '/a/grafana-irm-app/incidents/' || mapping.text_at(payload, '{incidentID}')), ('https://grafana.com' || mapping.text_at(payload, '{overviewURL}'))) end as external_url,
    case variant when 'incident' then coalesce(mapping.instant_at(payload, '{incidentStart}'), mapping.instant_at(payload, '{createdTime}')) end as source_created_at,
    case variant when 'incident' then coalesce(mapping.instant_at(payload, '{incidentEnd}'), mapping.instant_at(payload, '{closedTime}'), mapping.instant_at(payload, '{modifiedTime}')) end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('drill', payload #> '{isDrill}', 'type', payload #> '{incidentType}'))
        else '{}'::jsonb
    end as attributes
from variants
