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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'circleci'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'circleci') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'circleci' and kind = 'change'

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{workflow,id}') and mapping.has_value(payload, '{workflow,status}')) then 'deploying workflow'
            when (mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{pipeline_id}')) then 'listed deploying workflow'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'circleci'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'deploying workflow' then 'deploy'
        when 'listed deploying workflow' then 'deploy'
    end as change_kind,
    case variant
        when 'deploying workflow' then nullif(concat_ws(': ', mapping.text_at(payload, '{workflow,name}'), mapping.text_at(payload, '{pipeline,vcs,commit,subject}')), '')
        when 'listed deploying workflow' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'deploying workflow' then coalesce(mapping.text_at(payload, '{project,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{project_slug}'), mapping.text_at(payload, '{project,slug}')) from '[^/]+$'), ''))
        when 'listed deploying workflow' then coalesce(mapping.text_at(payload, '{project,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{project_slug}'), mapping.text_at(payload, '{project,slug}')) from '[^/]+$'), ''))
    end as service,
    case variant
        when 'deploying workflow' then coalesce(mapping.text_at(payload, '{pipeline,vcs,branch}'), mapping.text_at(payload, '{vcs,branch}'), mapping.text_at(payload, '{branch}'), mapping.text_at(payload, '{pipeline,vcs,tag}'), mapping.text_at(payload, '{vcs,tag}'), mapping.text_at(payload, '{tag}'))
        when 'listed deploying workflow' then coalesce(mapping.text_at(payload, '{pipeline,vcs,branch}'), mapping.text_at(payload, '{vcs,branch}'), mapping.text_at(payload, '{branch}'), mapping.text_at(payload, '{pipeline,vcs,tag}'), mapping.text_at(payload, '{vcs,tag}'), mapping.text_at(payload, '{tag}'))
    end as environment,
    case variant
        when 'deploying workflow' then mapping.text_at(payload, '{workflow,url}')
        when 'listed deploying workflow' then ('https://app.circleci.com/pipelines/' || mapping.text_at(payload, '{project_slug}') || '/' || mapping.text_at(payload, '{pipeline_number}') || '/workflows/' || mapping.text_at(payload, '{id}'))
    end as external_url,
    case variant
        when 'deploying workflow' then coalesce(mapping.instant_at(payload, '{workflow,stopped_at}'), mapping.instant_at(payload, '{happened_at}'))
        when 'listed deploying workflow' then coalesce(mapping.instant_at(payload, '{stopped_at}'), mapping.instant_at(payload, '{created_at}'))
    end as changed_at
from variants
