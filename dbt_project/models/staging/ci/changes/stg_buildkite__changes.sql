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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'buildkite'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'buildkite') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'buildkite' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{state}') and mapping.has_value(payload, '{number}') and mapping.has_value(payload, '{commit}')) then 'deploying build'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'buildkite'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'deploying build' then 'deploy' end as change_kind,
    case variant when 'deploying build' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{pipeline,name}'), mapping.text_at(payload, '{pipeline,slug}')), mapping.text_at(payload, '{message}')), '') end as title,
    case variant when 'deploying build' then coalesce(mapping.text_at(payload, '{pipeline,slug}'), mapping.text_at(payload, '{pipeline,name}')) end as service,
    case variant when 'deploying build' then coalesce(mapping.text_at(payload, '{env,ENVIRONMENT}'), mapping.text_at(payload, '{env,DEPLOY_ENV}'), mapping.text_at(payload, '{meta_data,environment}'), mapping.text_at(payload, '{branch}')) end as environment,
    case variant when 'deploying build' then coalesce(mapping.text_at(payload, '{web_url}'), mapping.text_at(payload, '{url}')) end as external_url,
    case variant when 'deploying build' then coalesce(mapping.instant_at(payload, '{finished_at}'), mapping.instant_at(payload, '{finishedAt}'), mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{createdAt}')) end as changed_at
from variants
