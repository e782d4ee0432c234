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
    where r.source = 'github_actions' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (kind in ('run') and mapping.has_value(payload, '{run_number}')) then 'workflow run'
            when (kind in ('job') and mapping.has_value(payload, '{run_id}') and mapping.has_value(payload, '{name}')) then 'job'
            when (kind in ('check') and mapping.has_value(payload, '{head_sha}') and (mapping.has_value(payload, '{check_suite}') or mapping.has_value(payload, '{latest_check_runs_count}'))) then 'check run or suite'
            when (kind in ('deployment') and mapping.has_value(payload, '{state}') and mapping.has_value(payload, '{environment}')) then 'failed deployment'
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
        when 'workflow run' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{workflow,name}'), mapping.text_at(payload, '{path}')), nullif(mapping.text_at(payload, '{display_title}'), mapping.text_at(payload, '{name}'))), '')
        when 'job' then nullif(concat_ws(': ', mapping.text_at(payload, '{workflow_name}'), mapping.text_at(payload, '{name}')), '')
        when 'check run or suite' then coalesce(mapping.text_at(payload, '{output,title}'), mapping.text_at(payload, '{name}'), ('Checks of ' || mapping.text_at(payload, '{head_branch}') || ' failed'))
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{description}'), ('Deployment of ' || mapping.text_at(payload, '{deployment,ref}') || ' to ' || mapping.text_at(payload, '{environment}') || ' failed'))
    end as title,
    case variant
        when 'workflow run' then coalesce(mapping.text_at(payload, '{head_commit,message}'), mapping.text_at(payload, '{display_title}'))
        when 'check run or suite' then coalesce(mapping.text_at(payload, '{output,summary}'), mapping.text_at(payload, '{output,text}'))
    end as body,
    case variant
        when 'workflow run' then mapping.text_at(payload, '{conclusion}')
        when 'job' then mapping.text_at(payload, '{conclusion}')
        when 'check run or suite' then mapping.text_at(payload, '{conclusion}')
        when 'failed deployment' then mapping.text_at(payload, '{state}')
    end as severity_value,
    case variant
        when 'workflow run' then coalesce(mapping.text_at(payload, '{conclusion}'), mapping.text_at(payload, '{status}'))
        when 'job' then coalesce(mapping.text_at(payload, '{conclusion}'), mapping.text_at(payload, '{status}'))
        when 'check run or suite' then coalesce(mapping.text_at(payload, '{conclusion}'), mapping.text_at(payload, '{status}'))
        when 'failed deployment' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant
        when 'workflow run' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(mapping.text_at(payload, '{repository_url}') from '[^/]+$'), ''), nullif(substring(mapping.text_at(payload, '{url}') from '/repos/[^/]+/([^/]+)'), ''))
        when 'job' then nullif(substring(mapping.text_at(payload, '{url}') from '/repos/[^/]+/([^/]+)'), '')
        when 'check run or suite' then nullif(substring(mapping.text_at(payload, '{url}') from '/repos/[^/]+/([^/]+)'), '')
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(mapping.text_at(payload, '{deployment_url}') from '/repos/[^/]+/([^/]+)'), ''))
    end as service,
    case variant
        when 'workflow run' then 'workflow_run_failed'
        when 'job' then 'job_failed'
        when 'check run or suite' then coalesce(mapping.text_at(payload, '{name}'), 'check_suite_failed')
        when 'failed deployment' then 'deployment_failed'
    end as error_type,
    null::text as team,
    case variant
        when 'workflow run' then mapping.text_at(payload, '{head_branch}')
        when 'job' then coalesce(mapping.text_at(payload, '{deployment,environment}'), mapping.text_at(payload, '{head_branch}'))
        when 'check run or suite' then coalesce(mapping.text_at(payload, '{check_suite,head_branch}'), mapping.text_at(payload, '{head_branch}'))
        when 'failed deployment' then mapping.text_at(payload, '{environment}')
    end as environment,
    case variant
        when 'workflow run' then mapping.text_at(payload, '{html_url}')
        when 'job' then mapping.text_at(payload, '{html_url}')
        when 'check run or suite' then coalesce(mapping.text_at(payload, '{html_url}'), mapping.text_at(payload, '{details_url}'))
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{environment_url}'), mapping.text_at(payload, '{log_url}'), mapping.text_at(payload, '{target_url}'), mapping.text_at(payload, '{repository,html_url}'))
    end as external_url,
    case variant
        when 'workflow run' then coalesce(mapping.instant_at(payload, '{run_started_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'job' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'check run or suite' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'failed deployment' then mapping.instant_at(payload, '{created_at}')
    end as source_created_at,
    case variant
        when 'workflow run' then mapping.instant_at(payload, '{updated_at}')
        when 'job' then mapping.instant_at(payload, '{completed_at}')
        when 'check run or suite' then coalesce(mapping.instant_at(payload, '{completed_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'failed deployment' then mapping.instant_at(payload, '{updated_at}')
    end as resolved_at,
    case variant
        when 'workflow run' then jsonb_strip_nulls(jsonb_build_object('component', payload #> '{name}', 'commit', payload #> '{head_sha}', 'run_number', payload #> '{run_number}', 'run_attempt', payload #> '{run_attempt}', 'actor', payload #> '{actor,login}'))
        when 'job' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{head_sha}', 'run', payload #> '{run_id}', 'run_attempt', payload #> '{run_attempt}', 'runner', payload #> '{runner_name}'))
        when 'check run or suite' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{head_sha}', 'app', payload #> '{app,slug}'))
        when 'failed deployment' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{deployment,sha}', 'ref', payload #> '{deployment,ref}'))
        else '{}'::jsonb
    end as attributes
from variants
