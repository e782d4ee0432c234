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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'jenkins'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'jenkins') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'jenkins' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{build,full_url}') and mapping.has_value(payload, '{name}')) then 'deploying notification'
            when (mapping.has_value(payload, '{url}') and mapping.has_value(payload, '{timestamp}') and mapping.has_value(payload, '{result}')) then 'deploying build'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'jenkins'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'deploying notification' then 'deploy'
        when 'deploying build' then 'deploy'
    end as change_kind,
    case variant
        when 'deploying notification' then (mapping.text_at(payload, '{name}') || ' #' || mapping.text_at(payload, '{build,number}'))
        when 'deploying build' then coalesce(mapping.text_at(payload, '{fullDisplayName}'), (nullif(substring(mapping.text_at(payload, '{url}') from '/job/([^/]+)/\d+/?$'), '') || ' ' || nullif(substring(mapping.text_at(payload, '{displayName}') from '^#\d+$'), '')), mapping.text_at(payload, '{displayName}'))
    end as title,
    case variant
        when 'deploying notification' then mapping.text_at(payload, '{name}')
        when 'deploying build' then coalesce(nullif(substring(mapping.text_at(payload, '{fullDisplayName}') from '^(.*\S)\s+#\d+$'), ''), nullif(substring(mapping.text_at(payload, '{url}') from '/job/([^/]+)/\d+/?$'), ''))
    end as service,
    case variant when 'deploying notification' then coalesce(mapping.text_at(payload, '{build,parameters,environment}'), mapping.text_at(payload, '{build,parameters,ENVIRONMENT}')) end as environment,
    case variant
        when 'deploying notification' then mapping.text_at(payload, '{build,full_url}')
        when 'deploying build' then mapping.text_at(payload, '{url}')
    end as external_url,
    case variant
        when 'deploying notification' then mapping.epoch_at(payload, '{build,timestamp}', 1000)
        when 'deploying build' then mapping.epoch_at(payload, '{timestamp}', 1000)
    end as changed_at
from variants
