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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'netlify'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'netlify') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'netlify' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{state}') and mapping.has_value(payload, '{site_id}')) then 'published deploy'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'netlify'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'published deploy' then 'deploy' end as change_kind,
    case variant when 'published deploy' then nullif(concat_ws(': ', mapping.text_at(payload, '{name}'), coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{branch}'))), '') end as title,
    case variant when 'published deploy' then mapping.text_at(payload, '{name}') end as service,
    case variant when 'published deploy' then mapping.text_at(payload, '{context}') end as environment,
    case variant when 'published deploy' then coalesce(mapping.text_at(payload, '{admin_url}'), mapping.text_at(payload, '{deploy_ssl_url}'), mapping.text_at(payload, '{deploy_url}')) end as external_url,
    case variant when 'published deploy' then coalesce(mapping.instant_at(payload, '{published_at}'), mapping.instant_at(payload, '{updated_at}'), mapping.instant_at(payload, '{created_at}')) end as changed_at
from variants
