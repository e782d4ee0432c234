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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'azure_devops'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'azure_devops') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'azure_devops' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when kind in ('build') then 'build'
            when kind in ('run') then 'run of a pipeline'
            when kind in ('deployment') then 'deployment of a release that failed or was rejected'
            when (mapping.has_value(payload, '{fields}') and (mapping.has_value(payload, '{fields,"System.Title"}') or mapping.has_value(payload, '{fields,"System.State"}'))) then 'work item'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'azure_devops'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'build' then coalesce((mapping.text_at(payload, '{definition,name}') || ' ' || mapping.text_at(payload, '{buildNumber}') || ': build ' || mapping.text_at(payload, '{result}')), (mapping.text_at(payload, '{definition,name}') || ' ' || mapping.text_at(payload, '{buildNumber}') || ': build ' || mapping.text_at(payload, '{status}')))
        when 'run of a pipeline' then (mapping.text_at(payload, '{pipeline,name}') || ' ' || mapping.text_at(payload, '{run,name}') || ': run ' || mapping.text_at(payload, '{run,result}'))
        when 'deployment of a release that failed or was rejected' then nullif(concat_ws(': ', coalesce((mapping.text_at(payload, '{release,name}') || ' to ' || mapping.text_at(payload, '{releaseEnvironment,name}')), (mapping.text_at(payload, '{environment,release,name}') || ' to ' || mapping.text_at(payload, '{environment,name}')), (mapping.text_at(payload, '{release,name}') || ' to ' || mapping.text_at(payload, '{environment,name}')), (mapping.text_at(payload, '{approval,release,name}') || ' to ' || mapping.text_at(payload, '{approval,releaseEnvironment,name}')), (mapping.text_at(payload, '{deployment,release,name}') || ' to ' || mapping.text_at(payload, '{environment,name}')), ('Deployment to ' || mapping.text_at(payload, '{environment,name}'))), coalesce(mapping.text_at(payload, '{deploymentStatus}'), mapping.text_at(payload, '{deployment,deploymentStatus}'), mapping.text_at(payload, '{environment,status}'), mapping.text_at(payload, '{approval,status}'))), '')
        when 'work item' then coalesce(mapping.text_at(payload, '{fields,"System.Title"}'), ('Work item ' || mapping.text_at(payload, '{id}')))
    end as title,
    case variant
        when 'build' then coalesce(mapping.text_at(payload, '{detailed_message}'), mapping.text_at(payload, '{message}'))
        when 'run of a pipeline' then mapping.text_at(payload, '{message}')
        when 'deployment of a release that failed or was rejected' then coalesce(mapping.text_at(payload, '{detailed_message}'), mapping.text_at(payload, '{message}'))
        when 'work item' then coalesce(mapping.plain_text_at(payload, '{fields,"System.Description"}'), mapping.plain_text_at(payload, '{fields,"Microsoft.VSTS.TCM.ReproSteps"}'))
    end as body,
    case variant
        when 'build' then 'build failed'
        when 'run of a pipeline' then 'build failed'
        when 'deployment of a release that failed or was rejected' then 'deployment failed'
        when 'work item' then coalesce(mapping.text_at(payload, '{fields,"Microsoft.VSTS.Common.Severity"}'), ('priority ' || mapping.text_at(payload, '{fields,"Microsoft.VSTS.Common.Priority"}')))
    end as severity_value,
    case variant
        when 'build' then coalesce(mapping.text_at(payload, '{result}'), mapping.text_at(payload, '{status}'))
        when 'run of a pipeline' then mapping.text_at(payload, '{run,result}')
        when 'deployment of a release that failed or was rejected' then coalesce(mapping.text_at(payload, '{deploymentStatus}'), mapping.text_at(payload, '{deployment,deploymentStatus}'), mapping.text_at(payload, '{environment,status}'), mapping.text_at(payload, '{approval,status}'))
        when 'work item' then coalesce(case when coalesce(lower(mapping.text_at(payload, '{event_type}')) in ('workitem.deleted'), false) then 'deleted' else null::text end, mapping.text_at(payload, '{fields,"System.State",newValue}'), mapping.text_at(payload, '{fields,"System.State"}'))
    end as status_value,
    case variant
        when 'build' then coalesce(mapping.text_at(payload, '{definition,name}'), mapping.text_at(payload, '{project,name}'))
        when 'run of a pipeline' then mapping.text_at(payload, '{pipeline,name}')
        when 'deployment of a release that failed or was rejected' then coalesce(mapping.text_at(payload, '{releaseDefinition,name}'), mapping.text_at(payload, '{environment,releaseDefinition,name}'), mapping.text_at(payload, '{approval,releaseDefinition,name}'), mapping.text_at(payload, '{release,releaseDefinition,name}'), mapping.text_at(payload, '{deployment,releaseDefinition,name}'), mapping.text_at(payload, '{project,name}'))
        when 'work item' then coalesce(mapping.text_at(payload, '{fields,"System.AreaPath"}'), mapping.text_at(payload, '{fields,"System.TeamProject"}'))
    end as service,
    case variant
        when 'build' then 'build_failed'
        when 'run of a pipeline' then 'build_failed'
        when 'deployment of a release that failed or was rejected' then 'deployment_failed'
        when 'work item' then mapping.text_at(payload, '{fields,"System.WorkItemType"}')
    end as error_type,
    case variant
        when 'build' then mapping.text_at(payload, '{project,name}')
        when 'deployment of a release that failed or was rejected' then mapping.text_at(payload, '{project,name}')
        when 'work item' then coalesce(mapping.text_at(payload, '{fields,"System.TeamProject"}'), mapping.text_at(payload, '{fields,"System.AssignedTo",displayName}'))
    end as team,
    case variant
        when 'build' then mapping.text_at(payload, '{sourceBranch}')
        when 'deployment of a release that failed or was rejected' then coalesce(mapping.text_at(payload, '{releaseEnvironment,name}'), mapping.text_at(payload, '{environment,name}'), mapping.text_at(payload, '{approval,releaseEnvironment,name}'))
        when 'work item' then mapping.tag_at(payload, '{fields,"System.Tags"}', 'env|environment')
    end as environment,
    case variant
        when 'build' then coalesce(mapping.text_at(payload, '{_links,web,href}'), mapping.text_at(payload, '{url}'))
        when 'run of a pipeline' then coalesce(mapping.text_at(payload, '{run,_links,web,href}'), mapping.text_at(payload, '{run,url}'))
        when 'deployment of a release that failed or was rejected' then coalesce(mapping.text_at(payload, '{release,_links,web,href}'), mapping.text_at(payload, '{environment,release,_links,web,href}'), mapping.text_at(payload, '{_links,web,href}'))
        when 'work item' then coalesce(mapping.text_at(payload, '{_links,html,href}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'build' then coalesce(mapping.instant_at(payload, '{startTime}'), mapping.instant_at(payload, '{queueTime}'))
        when 'run of a pipeline' then mapping.instant_at(payload, '{run,createdDate}')
        when 'deployment of a release that failed or was rejected' then coalesce(mapping.instant_at(payload, '{startedOn}'), mapping.instant_at(payload, '{queuedOn}'), mapping.instant_at(payload, '{deployment,startedOn}'), mapping.instant_at(payload, '{environment,createdOn}'), mapping.instant_at(payload, '{approval,createdOn}'), mapping.instant_at(payload, '{event_at}'))
        when 'work item' then mapping.instant_at(payload, '{fields,"System.CreatedDate"}')
    end as source_created_at,
    case variant
        when 'build' then mapping.instant_at(payload, '{finishTime}')
        when 'run of a pipeline' then mapping.instant_at(payload, '{run,finishedDate}')
        when 'deployment of a release that failed or was rejected' then coalesce(mapping.instant_at(payload, '{completedOn}'), mapping.instant_at(payload, '{event_at}'))
        when 'work item' then coalesce(mapping.instant_at(payload, '{fields,"Microsoft.VSTS.Common.ClosedDate"}'), mapping.instant_at(payload, '{fields,"Microsoft.VSTS.Common.ResolvedDate"}'), mapping.instant_at(payload, '{fields,"System.ChangedDate"}'))
    end as resolved_at,
    case variant
        when 'build' then jsonb_strip_nulls(jsonb_build_object('commit', coalesce(nullif(payload #> '{sourceVersion}', 'null'), nullif(payload #> '{sourceGetVersion}', 'null')), 'number', payload #> '{buildNumber}', 'reason', payload #> '{reason}'))
        when 'run of a pipeline' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{run,name}'))
        when 'work item' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{fields,"System.WorkItemType"}', 'tags', payload #> '{fields,"System.Tags"}', 'iteration', payload #> '{fields,"System.IterationPath"}'))
        else '{}'::jsonb
    end as attributes
from variants
