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
        where p.run_id = nullif(current_setting('causeloop.run', true), '')
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'custom_api') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.kind = 'normalized_change'

),

variants as (

    select
        *,
        case
            when true then 'normalized'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'normalized' then mapping.text_at(payload, '{kind}') end as change_kind,
    case variant when 'normalized' then mapping.text_at(payload, '{title}') end as title,
    case variant when 'normalized' then mapping.text_at(payload, '{service}') end as service,
    case variant when 'normalized' then mapping.text_at(payload, '{environment}') end as environment,
    case variant when 'normalized' then mapping.text_at(payload, '{external_url}') end as external_url,
    case variant when 'normalized' then mapping.instant_at(payload, '{changed_at}') end as changed_at
from variants
