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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'librenms'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'librenms') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'librenms' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{title}') or mapping.has_value(payload, '{name}') or mapping.has_value(payload, '{rule_id}')) and (mapping.has_value(payload, '{state}') or mapping.has_value(payload, '{severity}'))) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'librenms'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{title}'), (mapping.text_at(payload, '{hostname}') || ': ' || mapping.text_at(payload, '{name}')), ('Rule ' || mapping.text_at(payload, '{rule_id}') || ' on device ' || mapping.text_at(payload, '{device_id}'))) end as title,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{msg}'), mapping.text_at(payload, '{faults}'), mapping.text_at(payload, '{notes}'), mapping.text_at(payload, '{info}')) end as body,
    case variant when 'alert' then mapping.text_at(payload, '{severity}') end as severity_value,
    case variant when 'alert' then ('state ' || mapping.text_at(payload, '{state}')) end as status_value,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{sysName}'), mapping.text_at(payload, '{hostname}'), mapping.text_at(payload, '{device_id}')) end as service,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{rule_id}')) end as error_type,
    case variant when 'alert' then mapping.text_at(payload, '{sysContact}') end as team,
    case variant when 'alert' then mapping.text_at(payload, '{location}') end as environment,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{link}')) end as external_url,
    case variant when 'alert' then mapping.instant_at(payload, '{timestamp}') end as source_created_at,
    case variant when 'alert' then mapping.instant_at(payload, '{timestamp}') end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', payload #> '{rule_id}', 'device', payload #> '{device_id}', 'hardware', payload #> '{hardware}'))
        else '{}'::jsonb
    end as attributes
from variants
