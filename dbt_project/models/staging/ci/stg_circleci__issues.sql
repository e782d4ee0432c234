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
    where r.source = 'circleci' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (kind in ('job_event') and (mapping.has_value(payload, '{job,id}') and mapping.has_value(payload, '{job,status}'))) then 'job webhook'
            when (kind in ('run_event') and (mapping.has_value(payload, '{workflow,id}') and mapping.has_value(payload, '{workflow,status}'))) then 'workflow webhook'
            when (kind in ('job') and mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{job_number}') or mapping.has_value(payload, '{dependencies}'))) then 'job'
            when (kind in ('run') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{pipeline_id}') or mapping.has_value(payload, '{credits_used}'))) then 'workflow'
            when (kind in ('pipeline') and mapping.has_value(payload, '{state}') and mapping.has_value(payload, '{project_slug}')) then 'pipeline'
            when (kind in ('former_build') and mapping.has_value(payload, '{build_num}') and mapping.has_value(payload, '{status}')) then 'build of the former API'
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
        when 'job webhook' then nullif(concat_ws(': ', mapping.text_at(payload, '{workflow,name}'), mapping.text_at(payload, '{job,name}')), '')
        when 'workflow webhook' then mapping.text_at(payload, '{workflow,name}')
        when 'job' then coalesce(mapping.text_at(payload, '{name}'), ('Job ' || mapping.text_at(payload, '{job_number}')))
        when 'workflow' then coalesce(mapping.text_at(payload, '{name}'), ('Workflow of pipeline ' || mapping.text_at(payload, '{pipeline_number}')), ('Workflow on ' || mapping.text_at(payload, '{branch}')))
        when 'pipeline' then coalesce(mapping.text_at(payload, '{errors,0,message}'), ('Pipeline ' || mapping.text_at(payload, '{number}') || ' could not start'))
        when 'build of the former API' then nullif(concat_ws(' ', coalesce(mapping.text_at(payload, '{workflows,job_name}'), mapping.text_at(payload, '{reponame}')), ('#' || mapping.text_at(payload, '{build_num}')), mapping.text_at(payload, '{subject}')), '')
    end as title,
    case variant
        when 'job webhook' then mapping.text_at(payload, '{pipeline,vcs,commit,subject}')
        when 'workflow webhook' then mapping.text_at(payload, '{pipeline,vcs,commit,subject}')
        when 'pipeline' then mapping.text_at(payload, '{vcs,commit,subject}')
    end as body,
    case variant
        when 'job webhook' then mapping.text_at(payload, '{job,status}')
        when 'workflow webhook' then mapping.text_at(payload, '{workflow,status}')
        when 'job' then mapping.text_at(payload, '{status}')
        when 'workflow' then mapping.text_at(payload, '{status}')
        when 'pipeline' then mapping.text_at(payload, '{state}')
        when 'build of the former API' then mapping.text_at(payload, '{status}')
    end as severity_value,
    case variant
        when 'job webhook' then mapping.text_at(payload, '{job,status}')
        when 'workflow webhook' then mapping.text_at(payload, '{workflow,status}')
        when 'job' then mapping.text_at(payload, '{status}')
        when 'workflow' then mapping.text_at(payload, '{status}')
        when 'pipeline' then mapping.text_at(payload, '{state}')
        when 'build of the former API' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'job webhook' then coalesce(mapping.text_at(payload, '{project,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{project_slug}'), mapping.text_at(payload, '{project,slug}')) from '[^/]+$'), ''))
        when 'workflow webhook' then coalesce(mapping.text_at(payload, '{project,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{project_slug}'), mapping.text_at(payload, '{project,slug}')) from '[^/]+$'), ''))
        when 'job' then coalesce(mapping.text_at(payload, '{project,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{project_slug}'), mapping.text_at(payload, '{project,slug}')) from '[^/]+$'), ''))
        when 'workflow' then coalesce(mapping.text_at(payload, '{project,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{project_slug}'), mapping.text_at(payload, '{project,slug}')) from '[^/]+$'), ''))
        when 'pipeline' then coalesce(mapping.text_at(payload, '{project,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{project_slug}'), mapping.text_at(payload, '{project,slug}')) from '[^/]+$'), ''))
        when 'build of the former API' then mapping.text_at(payload, '{reponame}')
    end as service,
    case variant
        when 'job webhook' then 'job_failed'
        when 'workflow webhook' then 'workflow_failed'
        when 'job' then 'job_failed'
        when 'workflow' then 'workflow_failed'
        when 'pipeline' then coalesce(mapping.text_at(payload, '{errors,0,type}'), 'pipeline_errored')
        when 'build of the former API' then 'job_failed'
    end as error_type,
    case variant
        when 'job webhook' then mapping.text_at(payload, '{organization,name}')
        when 'workflow webhook' then mapping.text_at(payload, '{organization,name}')
        when 'build of the former API' then mapping.text_at(payload, '{username}')
    end as team,
    case variant
        when 'job webhook' then coalesce(mapping.text_at(payload, '{pipeline,vcs,branch}'), mapping.text_at(payload, '{vcs,branch}'), mapping.text_at(payload, '{branch}'), mapping.text_at(payload, '{pipeline,vcs,tag}'), mapping.text_at(payload, '{vcs,tag}'), mapping.text_at(payload, '{tag}'))
        when 'workflow webhook' then coalesce(mapping.text_at(payload, '{pipeline,vcs,branch}'), mapping.text_at(payload, '{vcs,branch}'), mapping.text_at(payload, '{branch}'), mapping.text_at(payload, '{pipeline,vcs,tag}'), mapping.text_at(payload, '{vcs,tag}'), mapping.text_at(payload, '{tag}'))
        when 'workflow' then coalesce(mapping.text_at(payload, '{pipeline,vcs,branch}'), mapping.text_at(payload, '{vcs,branch}'), mapping.text_at(payload, '{branch}'), mapping.text_at(payload, '{pipeline,vcs,tag}'), mapping.text_at(payload, '{vcs,tag}'), mapping.text_at(payload, '{tag}'))
        when 'pipeline' then coalesce(mapping.text_at(payload, '{pipeline,vcs,branch}'), mapping.text_at(payload, '{vcs,branch}'), mapping.text_at(payload, '{branch}'), mapping.text_at(payload, '{pipeline,vcs,tag}'), mapping.text_at(payload, '{vcs,tag}'), mapping.text_at(payload, '{tag}'))
        when 'build of the former API' then coalesce(mapping.text_at(payload, '{branch}'), mapping.text_at(payload, '{vcs_tag}'))
    end as environment,
    case variant
        when 'job webhook' then coalesce(mapping.text_at(payload, '{job,url}'), mapping.text_at(payload, '{workflow,url}'), mapping.text_at(payload, '{pipeline,vcs,target_repository_url}'))
        when 'workflow webhook' then mapping.text_at(payload, '{workflow,url}')
        when 'job' then mapping.text_at(payload, '{web_url}')
        when 'workflow' then ('https://app.circleci.com/pipelines/' || mapping.text_at(payload, '{project_slug}') || '/' || mapping.text_at(payload, '{pipeline_number}') || '/workflows/' || mapping.text_at(payload, '{id}'))
        when 'pipeline' then ('https://app.circleci.com/pipelines/' || mapping.text_at(payload, '{project_slug}') || '/' || mapping.text_at(payload, '{number}'))
        when 'build of the former API' then mapping.text_at(payload, '{build_url}')
    end as external_url,
    case variant
        when 'job webhook' then coalesce(mapping.instant_at(payload, '{job,started_at}'), mapping.instant_at(payload, '{happened_at}'))
        when 'workflow webhook' then coalesce(mapping.instant_at(payload, '{workflow,created_at}'), mapping.instant_at(payload, '{happened_at}'))
        when 'job' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'workflow' then mapping.instant_at(payload, '{created_at}')
        when 'pipeline' then mapping.instant_at(payload, '{created_at}')
        when 'build of the former API' then coalesce(mapping.instant_at(payload, '{start_time}'), mapping.instant_at(payload, '{queued_at}'))
    end as source_created_at,
    case variant
        when 'job webhook' then coalesce(mapping.instant_at(payload, '{job,stopped_at}'), mapping.instant_at(payload, '{happened_at}'))
        when 'workflow webhook' then coalesce(mapping.instant_at(payload, '{workflow,stopped_at}'), mapping.instant_at(payload, '{happened_at}'))
        when 'job' then mapping.instant_at(payload, '{stopped_at}')
        when 'workflow' then mapping.instant_at(payload, '{stopped_at}')
        when 'build of the former API' then mapping.instant_at(payload, '{stop_time}')
    end as resolved_at,
    case variant
        when 'job webhook' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{pipeline,vcs,revision}', 'pipeline', payload #> '{pipeline,number}', 'job_number', payload #> '{job,number}'))
        when 'workflow webhook' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{pipeline,vcs,revision}', 'pipeline', payload #> '{pipeline,number}'))
        when 'job' then jsonb_strip_nulls(jsonb_build_object('job_number', payload #> '{job_number}', 'type', payload #> '{type}'))
        when 'workflow' then jsonb_strip_nulls(jsonb_build_object('pipeline', payload #> '{pipeline_number}', 'tag', payload #> '{tag}'))
        when 'pipeline' then jsonb_strip_nulls(jsonb_build_object('pipeline', payload #> '{number}', 'commit', payload #> '{vcs,revision}'))
        when 'build of the former API' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{vcs_revision}', 'job_number', payload #> '{build_num}'))
        else '{}'::jsonb
    end as attributes
from variants
