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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'dbt_cloud'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'dbt_cloud') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'dbt_cloud' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{runId}') and mapping.has_value(payload, '{jobName}')) then 'webhook'
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{created_at}') and (mapping.has_value(payload, '{job_definition_id}') or mapping.has_value(payload, '{job_id}') or mapping.has_value(payload, '{trigger_id}') or mapping.has_value(payload, '{status_humanized}') or mapping.has_value(payload, '{job}'))) then 'run'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'dbt_cloud'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then (mapping.text_at(payload, '{jobName}') || ': ' || mapping.text_at(payload, '{runStatus}'))
        when 'run' then coalesce((mapping.text_at(payload, '{job,name}') || ': ' || mapping.text_at(payload, '{status_humanized}')), (mapping.text_at(payload, '{trigger,cause}') || ': ' || mapping.text_at(payload, '{status_humanized}')), ('Run ' || mapping.text_at(payload, '{id}') || ': ' || mapping.text_at(payload, '{status_humanized}')), ('Run ' || mapping.text_at(payload, '{id}') || ' failed'))
    end as title,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{runStatusMessage}'), mapping.text_at(payload, '{runReason}'))
        when 'run' then mapping.text_at(payload, '{status_message}')
    end as body,
    case variant
        when 'webhook' then mapping.text_at(payload, '{runStatus}')
        when 'run' then coalesce(mapping.text_at(payload, '{status_humanized}'), ('status ' || mapping.text_at(payload, '{status}')))
    end as severity_value,
    case variant
        when 'webhook' then mapping.text_at(payload, '{runStatus}')
        when 'run' then coalesce(mapping.text_at(payload, '{status_humanized}'), ('status ' || mapping.text_at(payload, '{status}')))
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{jobName}'), mapping.text_at(payload, '{projectName}'))
        when 'run' then coalesce(mapping.text_at(payload, '{job,name}'), mapping.text_at(payload, '{job_definition_id}'), mapping.text_at(payload, '{project_id}'))
    end as service,
    case variant
        when 'webhook' then 'dbt_run_failed'
        when 'run' then 'dbt_run_failed'
    end as error_type,
    case variant when 'webhook' then mapping.text_at(payload, '{projectName}') end as team,
    case variant
        when 'webhook' then mapping.text_at(payload, '{environmentName}')
        when 'run' then coalesce(mapping.text_at(payload, '{environment,name}'), mapping.text_at(payload, '{environment_id}'))
    end as environment,
    case variant when 'run' then mapping.text_at(payload, '{href}') end as external_url,
    case variant
        when 'webhook' then coalesce(mapping.instant_at(payload, '{runStartedAt}'), mapping.instant_at(payload, '{runErroredAt}'))
        when 'run' then coalesce(mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{created_at}'))
    end as source_created_at,
    case variant
        when 'webhook' then coalesce(mapping.instant_at(payload, '{runFinishedAt}'), mapping.instant_at(payload, '{runErroredAt}'))
        when 'run' then coalesce(mapping.instant_at(payload, '{finished_at}'), mapping.instant_at(payload, '{updated_at}'))
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('job', payload #> '{jobId}', 'run', payload #> '{runId}', 'dbt_version', payload #> '{dbtVersion}', 'reason', payload #> '{runReason}'))
        when 'run' then jsonb_strip_nulls(jsonb_build_object('job', payload #> '{job_definition_id}', 'branch', payload #> '{git_branch}', 'commit', payload #> '{git_sha}'))
        else '{}'::jsonb
    end as attributes
from variants
