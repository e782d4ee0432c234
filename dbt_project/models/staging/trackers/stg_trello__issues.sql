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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'trello'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'trello') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'trello' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{idList}') or mapping.has_value(payload, '{idShort}') or mapping.has_value(payload, '{shortLink}'))) then 'card'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'trello'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'card' then mapping.text_at(payload, '{name}') end as title,
    case variant when 'card' then mapping.text_at(payload, '{desc}') end as body,
    case variant when 'card' then mapping.severity_label_at(payload, '{labels}') end as severity_value,
    case variant when 'card' then case when coalesce(lower(mapping.text_at(payload, '{closed}')) in ('true'), false) then 'closed' else case when coalesce(lower(mapping.text_at(payload, '{dueComplete}')) in ('true'), false) then 'completed' else 'open' end end end as status_value,
    case variant when 'card' then coalesce(mapping.tag_at(payload, '{labels}', 'service|component'), mapping.text_at(payload, '{board_name}'), mapping.text_at(payload, '{idBoard}')) end as service,
    null::text as error_type,
    case variant when 'card' then coalesce(mapping.tag_at(payload, '{labels}', 'team'), mapping.text_at(payload, '{list,name}'), mapping.text_at(payload, '{idList}')) end as team,
    case variant when 'card' then mapping.tag_at(payload, '{labels}', 'env|environment') end as environment,
    case variant when 'card' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{shortUrl}'), ('https://trello.com/c/' || mapping.text_at(payload, '{shortLink}'))) end as external_url,
    case variant when 'card' then coalesce(mapping.instant_at(payload, '{date}'), mapping.instant_at(payload, '{event_at}'), mapping.instant_at(payload, '{dateLastActivity}')) end as source_created_at,
    case variant when 'card' then mapping.instant_at(payload, '{dateLastActivity}') end as resolved_at,
    case variant
        when 'card' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{idShort}', 'labels', payload #> '{labels}', 'due', payload #> '{due}'))
        else '{}'::jsonb
    end as attributes
from variants
