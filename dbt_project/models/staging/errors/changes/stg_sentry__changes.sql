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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'sentry'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'sentry') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'sentry' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{version}') and mapping.has_value(payload, '{lastDeploy,id}')) then 'deployed release'
            when (mapping.has_value(payload, '{version}') and (mapping.has_value(payload, '{dateCreated}') or mapping.has_value(payload, '{dateReleased}') or mapping.has_value(payload, '{projects}'))) then 'release'
            when mapping.has_value(payload, '{environment}') then 'deploy'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'sentry'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'deployed release' then 'deploy'
        when 'release' then 'release'
        when 'deploy' then 'deploy'
    end as change_kind,
    case variant
        when 'deployed release' then nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{projects,0,slug}'), mapping.text_at(payload, '{projects,0,name}')), coalesce(mapping.text_at(payload, '{shortVersion}'), mapping.text_at(payload, '{version}'))), '')
        when 'release' then nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{projects,0,slug}'), mapping.text_at(payload, '{projects,0,name}')), coalesce(mapping.text_at(payload, '{shortVersion}'), mapping.text_at(payload, '{version}'))), '')
        when 'deploy' then coalesce(mapping.text_at(payload, '{name}'), ('Deploy to ' || mapping.text_at(payload, '{environment}')))
    end as title,
    case variant
        when 'deployed release' then coalesce(mapping.text_at(payload, '{projects,0,slug}'), mapping.text_at(payload, '{projects,0,name}'))
        when 'release' then coalesce(mapping.text_at(payload, '{projects,0,slug}'), mapping.text_at(payload, '{projects,0,name}'))
        when 'deploy' then mapping.text_at(payload, '{projects,0}')
    end as service,
    case variant
        when 'deployed release' then mapping.text_at(payload, '{lastDeploy,environment}')
        when 'deploy' then mapping.text_at(payload, '{environment}')
    end as environment,
    case variant
        when 'deployed release' then coalesce(mapping.text_at(payload, '{lastDeploy,url}'), mapping.text_at(payload, '{url}'))
        when 'release' then mapping.text_at(payload, '{url}')
        when 'deploy' then mapping.text_at(payload, '{url}')
    end as external_url,
    case variant
        when 'deployed release' then coalesce(mapping.instant_at(payload, '{lastDeploy,dateFinished}'), mapping.instant_at(payload, '{lastDeploy,dateStarted}'), mapping.instant_at(payload, '{dateReleased}'), mapping.instant_at(payload, '{dateCreated}'))
        when 'release' then coalesce(mapping.instant_at(payload, '{dateReleased}'), mapping.instant_at(payload, '{dateCreated}'))
        when 'deploy' then coalesce(mapping.instant_at(payload, '{dateFinished}'), mapping.instant_at(payload, '{dateStarted}'))
    end as changed_at
from variants
