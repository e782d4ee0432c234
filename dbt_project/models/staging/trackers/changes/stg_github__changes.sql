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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'github'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'github') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'github' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{tag_name}') and not coalesce(lower(mapping.text_at(payload, '{draft}')) in ('true'), false)) then 'release'
            when (mapping.has_value(payload, '{environment}') and not coalesce(lower(mapping.text_at(payload, '{transient_environment}')) in ('true'), false)) then 'deployment'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'github'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'release' then 'release'
        when 'deployment' then 'deploy'
    end as change_kind,
    case variant
        when 'release' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{tag_name}'))
        when 'deployment' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{ref}'))
    end as title,
    case variant
        when 'release' then nullif(substring(mapping.text_at(payload, '{url}') from '/repos/[^/]+/([^/]+)/'), '')
        when 'deployment' then nullif(substring(mapping.text_at(payload, '{url}') from '/repos/[^/]+/([^/]+)/'), '')
    end as service,
    case variant when 'deployment' then mapping.text_at(payload, '{environment}') end as environment,
    case variant
        when 'release' then mapping.text_at(payload, '{html_url}')
        when 'deployment' then (nullif(substring(mapping.text_at(payload, '{url}') from '^https?://'), '') || nullif(substring(mapping.text_at(payload, '{url}') from '^https?://(?:api\.)?([^/]+)'), '') || '/' || nullif(substring(mapping.text_at(payload, '{url}') from '/repos/([^/]+/[^/]+)/'), '') || '/deployments')
    end as external_url,
    case variant
        when 'release' then coalesce(mapping.instant_at(payload, '{published_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'deployment' then mapping.instant_at(payload, '{created_at}')
    end as changed_at
from variants
