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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'zendesk'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'zendesk') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'zendesk' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{subject}') or mapping.has_value(payload, '{raw_subject}') or (mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{priority}'))) and not mapping.has_value(payload, '{detail}')) then 'ticket'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'zendesk'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'ticket' then coalesce(mapping.text_at(payload, '{subject}'), mapping.text_at(payload, '{raw_subject}'), mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{description}')) end as title,
    case variant when 'ticket' then mapping.text_at(payload, '{description}') end as body,
    case variant when 'ticket' then mapping.text_at(payload, '{priority}') end as severity_value,
    case variant when 'ticket' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'ticket' then coalesce(mapping.tag_at(payload, '{tags}', 'service|product'), mapping.text_at(payload, '{brand_id}')) end as service,
    case variant when 'ticket' then mapping.tag_at(payload, '{tags}', 'error') end as error_type,
    case variant when 'ticket' then coalesce(mapping.tag_at(payload, '{tags}', 'team'), mapping.text_at(payload, '{group,name}'), mapping.text_at(payload, '{group_id}')) end as team,
    case variant when 'ticket' then mapping.tag_at(payload, '{tags}', 'env|environment') end as environment,
    case variant when 'ticket' then coalesce((nullif(substring(mapping.text_at(payload, '{url}') from '^(https?://[^/]+)/api/v2/tickets/\d+\.json$'), '') || '/agent/tickets/' || nullif(substring(mapping.text_at(payload, '{url}') from '/api/v2/tickets/(\d+)\.json$'), '')), mapping.text_at(payload, '{url}')) end as external_url,
    case variant when 'ticket' then mapping.instant_at(payload, '{created_at}') end as source_created_at,
    case variant when 'ticket' then mapping.instant_at(payload, '{updated_at}') end as resolved_at,
    case variant
        when 'ticket' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'type', payload #> '{type}', 'channel', payload #> '{via,channel}', 'organization_id', (mapping.text_at(payload, '{organization_id}')), 'region', mapping.tag_at(payload, '{tags}', 'region')))
        else '{}'::jsonb
    end as attributes
from variants
