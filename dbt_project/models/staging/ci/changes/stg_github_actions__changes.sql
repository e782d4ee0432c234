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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'github_actions'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'github_actions') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'github_actions' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{environment}') and mapping.has_value(payload, '{state}')) then 'deployment'
            when (mapping.has_value(payload, '{run_number}') and mapping.has_value(payload, '{workflow_id}')) then 'deploying workflow run'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'github_actions'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'deployment' then 'deploy'
        when 'deploying workflow run' then 'deploy'
    end as change_kind,
    case variant
        when 'deployment' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{deployment,description}'), (mapping.text_at(payload, '{deployment,ref}') || ' to ' || mapping.text_at(payload, '{environment}')), ('To ' || mapping.text_at(payload, '{environment}')))
        when 'deploying workflow run' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{path}')), nullif(mapping.text_at(payload, '{display_title}'), mapping.text_at(payload, '{name}'))), '')
    end as title,
    case variant
        when 'deployment' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(mapping.text_at(payload, '{deployment_url}') from '/repos/[^/]+/([^/]+)'), ''))
        when 'deploying workflow run' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(mapping.text_at(payload, '{url}') from '/repos/[^/]+/([^/]+)'), ''))
    end as service,
    case variant
        when 'deployment' then mapping.text_at(payload, '{environment}')
        when 'deploying workflow run' then mapping.text_at(payload, '{head_branch}')
    end as environment,
    case variant
        when 'deployment' then coalesce(mapping.text_at(payload, '{environment_url}'), mapping.text_at(payload, '{log_url}'), mapping.text_at(payload, '{target_url}'))
        when 'deploying workflow run' then mapping.text_at(payload, '{html_url}')
    end as external_url,
    case variant
        when 'deployment' then coalesce(mapping.instant_at(payload, '{updated_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'deploying workflow run' then mapping.instant_at(payload, '{updated_at}')
    end as changed_at
from variants
