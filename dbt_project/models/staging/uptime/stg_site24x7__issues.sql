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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'site24x7'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'site24x7') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'site24x7' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{MONITORNAME}') and mapping.has_value(payload, '{STATUS}')) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'site24x7'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'alert' then (mapping.text_at(payload, '{MONITORNAME}') || ' is ' || mapping.text_at(payload, '{STATUS}')) end as title,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{INCIDENT_REASON}'), mapping.text_at(payload, '{REASON}')) end as body,
    case variant when 'alert' then mapping.text_at(payload, '{STATUS}') end as severity_value,
    case variant when 'alert' then mapping.text_at(payload, '{STATUS}') end as status_value,
    case variant when 'alert' then mapping.text_at(payload, '{MONITORNAME}') end as service,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{INCIDENT_REASON}'), mapping.text_at(payload, '{MONITORTYPE}')) end as error_type,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{MONITOR_GROUPNAME}'), mapping.text_at(payload, '{GROUP_TAGS}')) end as team,
    null::text as environment,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{MONITOR_DASHBOARD_LINK}'), mapping.text_at(payload, '{RCA_LINK}'), mapping.text_at(payload, '{MONITORURL}')) end as external_url,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{INCIDENT_TIME_ISO}'), mapping.epoch_at(payload, '{OUTAGE_TIME_UNIX_FORMAT}', 1000)) end as source_created_at,
    case variant when 'alert' then mapping.instant_at(payload, '{INCIDENT_TIME_ISO}') end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{MONITORTYPE}', 'url', payload #> '{MONITORURL}', 'report', payload #> '{RCA_LINK}', 'locations', payload #> '{FAILED_LOCATIONS}'))
        else '{}'::jsonb
    end as attributes
from variants
