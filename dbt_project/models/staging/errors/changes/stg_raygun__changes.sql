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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'raygun'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'raygun') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'raygun' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{version}') and (mapping.has_value(payload, '{deployedAt}') or mapping.has_value(payload, '{deployedBy}'))) then 'deployment'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'raygun'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then nullif(concat_ws(' ', mapping.text_at(payload, '{version}'), mapping.text_at(payload, '{comment}')), '') end as title,
    case variant when 'deployment' then mapping.text_at(payload, '{applicationIdentifier}') end as service,
    null::text as environment,
    case variant when 'deployment' then mapping.text_at(payload, '{url}') end as external_url,
    case variant when 'deployment' then coalesce(mapping.instant_at(payload, '{deployedAt}'), mapping.instant_at(payload, '{createdAt}')) end as changed_at
from variants
