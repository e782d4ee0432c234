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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'healthchecks'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'healthchecks') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'healthchecks' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{incident_key}') and mapping.has_value(payload, '{event_type}')) then 'event'
            when (mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{unique_key}') or mapping.has_value(payload, '{ping_url}') or mapping.has_value(payload, '{uuid}') or mapping.has_value(payload, '{slug}') or mapping.has_value(payload, '{code}'))) then 'check'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'healthchecks'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'event' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{description}'))
        when 'check' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'event' then mapping.text_at(payload, '{description}')
        when 'check' then mapping.text_at(payload, '{desc}')
    end as body,
    case variant
        when 'event' then nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|[\s,])(?:severity|priority)[:=]([^\s,]+)'), '')
        when 'check' then nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|[\s,])(?:severity|priority)[:=]([^\s,]+)'), '')
    end as severity_value,
    case variant
        when 'event' then case when coalesce(lower(mapping.text_at(payload, '{event_type}')) in ('resolve'), false) then 'up' else case when coalesce(lower(mapping.text_at(payload, '{event_type}')) in ('trigger'), false) then 'down' else mapping.text_at(payload, '{event_type}') end end
        when 'check' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'event' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{client}'))
        when 'check' then coalesce(mapping.text_at(payload, '{slug}'), mapping.text_at(payload, '{name}'))
    end as service,
    null::text as error_type,
    case variant when 'check' then nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|[\s,])(?:team)[:=]([^\s,]+)'), '') end as team,
    case variant
        when 'event' then nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|[\s,])(?:env|environment)[:=]([^\s,]+)'), '')
        when 'check' then coalesce(nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|[\s,])(?:env|environment)[:=]([^\s,]+)'), ''), nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|\s)(prod|production|stage|staging|test|testing|qa|dev|development)(?:\s|$)'), ''), nullif(substring(mapping.text_at(payload, '{tags}') from '^([^\s:=]+)(?:\s|$)'), ''))
    end as environment,
    case variant
        when 'event' then mapping.text_at(payload, '{client_url}')
        when 'check' then (nullif(substring(mapping.text_at(payload, '{update_url}') from '^https?://[^/]+'), '') || '/checks/' || nullif(substring(mapping.text_at(payload, '{update_url}') from '/checks/([^/?#]+)'), ''))
    end as external_url,
    case variant when 'check' then coalesce(mapping.instant_at(payload, '{last_ping}'), mapping.instant_at(payload, '{next_ping}'), mapping.instant_at(payload, '{now}')) end as source_created_at,
    case variant when 'check' then coalesce(mapping.instant_at(payload, '{last_ping}'), mapping.instant_at(payload, '{now}')) end as resolved_at,
    case variant
        when 'check' then jsonb_strip_nulls(jsonb_build_object('schedule', payload #> '{schedule}', 'tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
