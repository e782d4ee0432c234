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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'mongodb_atlas'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'mongodb_atlas') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'mongodb_atlas' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{eventTypeName}') and mapping.has_value(payload, '{status}')) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'mongodb_atlas'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'alert' then coalesce((mapping.text_at(payload, '{clusterName}') || ': ' || mapping.text_at(payload, '{humanReadable}')), mapping.text_at(payload, '{humanReadable}'), (mapping.text_at(payload, '{eventTypeName}') || ' ' || mapping.text_at(payload, '{metricName}') || ' on ' || mapping.text_at(payload, '{hostnameAndPort}')), (mapping.text_at(payload, '{eventTypeName}') || ' on ' || mapping.text_at(payload, '{clusterName}')), mapping.text_at(payload, '{eventTypeName}')) end as title,
    case variant when 'alert' then coalesce((mapping.text_at(payload, '{metricName}') || ': ' || mapping.text_at(payload, '{currentValue,number}') || ' ' || mapping.text_at(payload, '{currentValue,units}')), mapping.text_at(payload, '{metricName}')) end as body,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{eventTypeName}')) end as severity_value,
    case variant when 'alert' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{clusterName}'), mapping.text_at(payload, '{replicaSetName}'), mapping.text_at(payload, '{hostnameAndPort}'), mapping.text_at(payload, '{groupId}')) end as service,
    case variant when 'alert' then mapping.text_at(payload, '{eventTypeName}') end as error_type,
    case variant when 'alert' then mapping.text_at(payload, '{groupId}') end as team,
    null::text as environment,
    case variant when 'alert' then mapping.text_at(payload, '{links,0,href}') end as external_url,
    case variant when 'alert' then mapping.instant_at(payload, '{created}') end as source_created_at,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{resolved}'), mapping.instant_at(payload, '{updated}')) end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('metric', payload #> '{metricName}', 'host', payload #> '{hostnameAndPort}', 'acknowledged_until', payload #> '{acknowledgedUntil}'))
        else '{}'::jsonb
    end as attributes
from variants
