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
    where r.source = 'buildkite' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (kind in ('job') and (mapping.has_value(payload, '{state}') and mapping.has_value(payload, '{type}') and (mapping.has_value(payload, '{step_key}') or mapping.has_value(payload, '{exit_status}') or mapping.has_value(payload, '{command}')))) then 'job'
            when ((kind in ('graphql') or (kind in ('run') and not mapping.has_value(payload, '{uuid}'))) and (mapping.has_value(payload, '{state}') and mapping.has_value(payload, '{number}') and (mapping.has_value(payload, '{message}') or mapping.has_value(payload, '{commit}') or mapping.has_value(payload, '{pipeline}')))) then 'build'
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
    case variant
        when 'job' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{pipeline,name}'), mapping.text_at(payload, '{pipeline,slug}')), coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{label}'), mapping.text_at(payload, '{step_key}'), mapping.text_at(payload, '{command}'))), '')
        when 'build' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{pipeline,name}'), mapping.text_at(payload, '{pipeline,slug}')), coalesce(mapping.text_at(payload, '{message}'), ('Build ' || mapping.text_at(payload, '{number}')))), '')
    end as title,
    case variant when 'build' then mapping.text_at(payload, '{cancel_reason}') end as body,
    case variant
        when 'job' then mapping.text_at(payload, '{state}')
        when 'build' then mapping.text_at(payload, '{state}')
    end as severity_value,
    case variant
        when 'job' then mapping.text_at(payload, '{state}')
        when 'build' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant
        when 'job' then coalesce(mapping.text_at(payload, '{pipeline,slug}'), mapping.text_at(payload, '{pipeline,name}'))
        when 'build' then coalesce(mapping.text_at(payload, '{pipeline,slug}'), mapping.text_at(payload, '{pipeline,name}'))
    end as service,
    case variant
        when 'job' then 'job_failed'
        when 'build' then 'build_failed'
    end as error_type,
    case variant when 'build' then coalesce(mapping.text_at(payload, '{pipeline,teams,0,slug}'), mapping.text_at(payload, '{team,slug}')) end as team,
    case variant
        when 'job' then mapping.text_at(payload, '{build,branch}')
        when 'build' then coalesce(mapping.text_at(payload, '{env,ENVIRONMENT}'), mapping.text_at(payload, '{env,DEPLOY_ENV}'), mapping.text_at(payload, '{meta_data,environment}'), mapping.text_at(payload, '{branch}'))
    end as environment,
    case variant
        when 'job' then coalesce(mapping.text_at(payload, '{web_url}'), mapping.text_at(payload, '{url}'))
        when 'build' then coalesce(mapping.text_at(payload, '{web_url}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'job' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{occurred_at}'))
        when 'build' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{startedAt}'), mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{occurred_at}'))
    end as source_created_at,
    case variant
        when 'job' then coalesce(mapping.instant_at(payload, '{finished_at}'), mapping.instant_at(payload, '{occurred_at}'))
        when 'build' then coalesce(mapping.instant_at(payload, '{finished_at}'), mapping.instant_at(payload, '{finishedAt}'), mapping.instant_at(payload, '{occurred_at}'))
    end as resolved_at,
    case variant
        when 'job' then jsonb_strip_nulls(jsonb_build_object('exit_status', payload #> '{exit_status}', 'step', payload #> '{step_key}'))
        when 'build' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{number}', 'commit', payload #> '{commit}', 'origin', payload #> '{source}', 'creator', payload #> '{creator,name}'))
        else '{}'::jsonb
    end as attributes
from variants
