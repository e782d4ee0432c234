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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'armis'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'armis') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'armis' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{alertId}') and (mapping.has_value(payload, '{title}') or mapping.has_value(payload, '{type}') or mapping.has_value(payload, '{description}'))) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'armis'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{type}')) end as title,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{classification}')) end as body,
    case variant when 'alert' then mapping.text_at(payload, '{severity}') end as severity_value,
    case variant when 'alert' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{affectedDevicesNames,0}'), mapping.text_at(payload, '{deviceNames,0}'), mapping.text_at(payload, '{policyTitle}'), mapping.text_at(payload, '{deviceIds,0}')) end as service,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{type}'), mapping.text_at(payload, '{classification}')) end as error_type,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{policyOwner}'), mapping.text_at(payload, '{assignee}')) end as team,
    null::text as environment,
    case variant when 'alert' then coalesce(mapping.text_at(payload, '{alertUrl}'), mapping.text_at(payload, '{url}')) end as external_url,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{time}'), mapping.instant_at(payload, '{createdTime}')) end as source_created_at,
    case variant when 'alert' then coalesce(mapping.instant_at(payload, '{statusChangeTime}'), mapping.instant_at(payload, '{lastAlertUpdateTime}')) end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('policy', payload #> '{policyId}', 'devices', payload #> '{deviceIds}', 'activities', payload #> '{activityUUIDs}'))
        else '{}'::jsonb
    end as attributes
from variants
