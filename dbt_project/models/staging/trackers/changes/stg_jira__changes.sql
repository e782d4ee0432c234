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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'jira'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'jira') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'jira' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{releaseDate}') or mapping.has_value(payload, '{timestamp}'))) then 'released version'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'jira'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'released version' then 'release' end as change_kind,
    case variant when 'released version' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{description}')) end as title,
    case variant when 'released version' then coalesce(mapping.text_at(payload, '{project}'), mapping.text_at(payload, '{projectId}')) end as service,
    null::text as environment,
    case variant when 'released version' then (nullif(substring(mapping.text_at(payload, '{self}') from '^https?://[^/]+'), '') || '/projects/' || mapping.text_at(payload, '{projectId}') || '/versions/' || mapping.text_at(payload, '{id}')) end as external_url,
    case variant when 'released version' then coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.instant_at(payload, '{releaseDate}')) end as changed_at
from variants
