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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'gitlab'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'gitlab') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'gitlab' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when kind in ('pipeline') then 'pipeline'
            when kind in ('job') then 'job'
            when (kind in ('deployment') and mapping.has_value(payload, '{environment}')) then 'failed deployment'
            when kind in ('vulnerability') then 'vulnerability'
            when (mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{iid}') or mapping.has_value(payload, '{issue_type}')) and mapping.has_value(payload, '{created_at}') and mapping.has_value(payload, '{state}') and not (mapping.has_value(payload, '{source_branch}') or coalesce(mapping.text_at(payload, '{web_url}') ~* '/-/(milestones|epics)/\d+$', false))) then 'issue'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'gitlab'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'pipeline' then coalesce(('Pipeline ' || mapping.text_at(payload, '{name}') || ' ' || mapping.text_at(payload, '{status}')), ('Pipeline on ' || mapping.text_at(payload, '{ref}') || ' ' || mapping.text_at(payload, '{status}')))
        when 'job' then coalesce((mapping.text_at(payload, '{build_name}') || ' ' || mapping.text_at(payload, '{build_status}') || ': ' || mapping.text_at(payload, '{build_failure_reason}')), (mapping.text_at(payload, '{build_name}') || ' ' || mapping.text_at(payload, '{build_status}')), (mapping.text_at(payload, '{name}') || ' ' || mapping.text_at(payload, '{status}') || ': ' || mapping.text_at(payload, '{failure_reason}')), (mapping.text_at(payload, '{name}') || ' ' || mapping.text_at(payload, '{status}')))
        when 'failed deployment' then coalesce(('Deploy of ' || mapping.text_at(payload, '{ref}') || ' to ' || mapping.text_at(payload, '{environment,name}') || ' failed'), ('Deploy of ' || mapping.text_at(payload, '{ref}') || ' to ' || mapping.text_at(payload, '{environment}') || ' failed'))
        when 'vulnerability' then mapping.text_at(payload, '{title}')
        when 'issue' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'job' then coalesce(mapping.text_at(payload, '{failure_reason}'), mapping.text_at(payload, '{build_failure_reason}'))
        when 'failed deployment' then mapping.text_at(payload, '{commit_title}')
        when 'issue' then mapping.text_at(payload, '{description}')
    end as body,
    case variant
        when 'pipeline' then mapping.text_at(payload, '{status}')
        when 'job' then coalesce(mapping.text_at(payload, '{build_status}'), mapping.text_at(payload, '{status}'))
        when 'failed deployment' then mapping.text_at(payload, '{status}')
        when 'vulnerability' then mapping.text_at(payload, '{severity}')
        when 'issue' then coalesce(mapping.severity_label_at(payload, '{labels}'), mapping.text_at(payload, '{severity}'))
    end as severity_value,
    case variant
        when 'pipeline' then mapping.text_at(payload, '{status}')
        when 'job' then coalesce(mapping.text_at(payload, '{build_status}'), mapping.text_at(payload, '{status}'))
        when 'failed deployment' then mapping.text_at(payload, '{status}')
        when 'vulnerability' then mapping.text_at(payload, '{state}')
        when 'issue' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant
        when 'pipeline' then coalesce(mapping.text_at(payload, '{project_path}'), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/-/'), ''), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/(?:issues|pipelines|jobs|builds)/\d+'), ''), mapping.text_at(payload, '{project_id}'))
        when 'job' then coalesce(mapping.text_at(payload, '{project_name}'), mapping.text_at(payload, '{project,path_with_namespace}'), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/-/'), ''), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/(?:issues|pipelines|jobs|builds)/\d+'), ''), mapping.text_at(payload, '{pipeline,project_id}'))
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{project,path_with_namespace}'), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/-/'), ''), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/(?:issues|pipelines|jobs|builds)/\d+'), ''))
        when 'vulnerability' then nullif(substring(mapping.text_at(payload, '{url}') from '^https?://[^/]+/(.+)/-/'), '')
        when 'issue' then coalesce(nullif(substring(mapping.tag_at(payload, '{labels}', 'service|component') from '^[:\s]*(.+)$'), ''), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/-/'), ''), nullif(substring(mapping.text_at(payload, '{web_url}') from '^https?://[^/]+/(.+)/(?:issues|pipelines|jobs|builds)/\d+'), ''), mapping.text_at(payload, '{project_name}'), nullif(substring(mapping.text_at(payload, '{references,full}') from '^(.+)#\d+$'), ''), mapping.text_at(payload, '{project_id}'))
    end as service,
    case variant
        when 'pipeline' then 'pipeline_failed'
        when 'job' then coalesce(mapping.text_at(payload, '{build_failure_reason}'), mapping.text_at(payload, '{failure_reason}'), 'job_failed')
        when 'failed deployment' then 'deployment_failed'
        when 'vulnerability' then coalesce(mapping.text_at(payload, '{identifiers,0,name}'), mapping.text_at(payload, '{report_type}'))
        when 'issue' then nullif(substring(mapping.tag_at(payload, '{labels}', 'error') from '^[:\s]*(.+)$'), '')
    end as error_type,
    case variant when 'issue' then coalesce(nullif(substring(mapping.tag_at(payload, '{labels}', 'team') from '^[:\s]*(.+)$'), ''), mapping.text_at(payload, '{milestone,title}')) end as team,
    case variant
        when 'pipeline' then mapping.text_at(payload, '{ref}')
        when 'job' then coalesce(mapping.text_at(payload, '{environment,name}'), mapping.text_at(payload, '{ref}'))
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{environment,name}'), mapping.text_at(payload, '{environment}'))
        when 'issue' then nullif(substring(mapping.tag_at(payload, '{labels}', 'env|environment') from '^[:\s]*(.+)$'), '')
    end as environment,
    case variant
        when 'pipeline' then coalesce(mapping.text_at(payload, '{web_url}'), mapping.text_at(payload, '{url}'))
        when 'job' then coalesce(mapping.text_at(payload, '{web_url}'), (mapping.text_at(payload, '{repository,homepage}') || '/-/jobs/' || mapping.text_at(payload, '{build_id}')))
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{deployable_url}'), mapping.text_at(payload, '{deployable,web_url}'))
        when 'vulnerability' then mapping.text_at(payload, '{url}')
        when 'issue' then coalesce(mapping.text_at(payload, '{web_url}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'pipeline' then mapping.instant_at(payload, '{created_at}')
        when 'job' then coalesce(mapping.instant_at(payload, '{build_started_at}'), mapping.instant_at(payload, '{build_created_at}'), mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'failed deployment' then mapping.instant_at(payload, '{status_changed_at}')
        when 'vulnerability' then coalesce(mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{confirmed_at}'))
        when 'issue' then mapping.instant_at(payload, '{created_at}')
    end as source_created_at,
    case variant
        when 'pipeline' then coalesce(mapping.instant_at(payload, '{finished_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'job' then coalesce(mapping.instant_at(payload, '{build_finished_at}'), mapping.instant_at(payload, '{finished_at}'))
        when 'vulnerability' then coalesce(mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{dismissed_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'issue' then coalesce(mapping.instant_at(payload, '{closed_at}'), mapping.instant_at(payload, '{updated_at}'))
    end as resolved_at,
    case variant
        when 'pipeline' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{sha}', 'source', payload #> '{source}', 'number', payload #> '{iid}'))
        when 'job' then jsonb_strip_nulls(jsonb_build_object('stage', coalesce(nullif(payload #> '{build_stage}', 'null'), nullif(payload #> '{stage}', 'null')), 'commit', coalesce(nullif(payload #> '{sha}', 'null'), nullif(payload #> '{commit,id}', 'null')), 'pipeline', coalesce(nullif(payload #> '{pipeline_id}', 'null'), nullif(payload #> '{pipeline,id}', 'null'))))
        when 'failed deployment' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{short_sha}', 'ref', payload #> '{ref}', 'tier', payload #> '{environment_tier}'))
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{iid}', 'labels', payload #> '{labels}', 'type', coalesce(nullif(payload #> '{issue_type}', 'null'), nullif(payload #> '{type}', 'null')), 'milestone', payload #> '{milestone,title}', 'escalation', payload #> '{escalation_status}'))
        else '{}'::jsonb
    end as attributes
from variants
