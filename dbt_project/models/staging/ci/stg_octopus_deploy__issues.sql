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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'octopus_deploy'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'octopus_deploy') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'octopus_deploy' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('event') and (mapping.has_value(payload, '{Category}') and mapping.has_value(payload, '{Message}') and mapping.has_value(payload, '{RelatedDocumentIds}'))) then 'subscription event'
            when (kind in ('deployment') and (mapping.has_value(payload, '{Name}') and mapping.has_value(payload, '{TaskId}') and mapping.has_value(payload, '{Task,State}'))) then 'deployment'
            when (kind in ('run') and (mapping.has_value(payload, '{State}') and (mapping.has_value(payload, '{Description}') or mapping.has_value(payload, '{QueueTime}')) and mapping.has_value(payload, '{Name}'))) then 'task'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'octopus_deploy'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'subscription event' then mapping.text_at(payload, '{Message}')
        when 'deployment' then coalesce((mapping.text_at(payload, '{ProjectName}') || ': ' || mapping.text_at(payload, '{Name}')), mapping.text_at(payload, '{Name}'))
        when 'task' then coalesce(mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{Name}'))
    end as title,
    case variant
        when 'subscription event' then coalesce(mapping.text_at(payload, '{Comments}'), mapping.plain_text_at(payload, '{Details}'))
        when 'deployment' then coalesce(mapping.text_at(payload, '{Task,ErrorMessage}'), mapping.text_at(payload, '{ChangesMarkdown}'), mapping.text_at(payload, '{Comments}'))
        when 'task' then mapping.text_at(payload, '{ErrorMessage}')
    end as body,
    case variant
        when 'subscription event' then mapping.text_at(payload, '{Category}')
        when 'deployment' then mapping.text_at(payload, '{Task,State}')
        when 'task' then mapping.text_at(payload, '{State}')
    end as severity_value,
    case variant
        when 'subscription event' then mapping.text_at(payload, '{Category}')
        when 'deployment' then mapping.text_at(payload, '{Task,State}')
        when 'task' then mapping.text_at(payload, '{State}')
    end as status_value,
    case variant
        when 'subscription event' then coalesce(nullif(substring(mapping.text_at(payload, '{Message}') from 'for (?:project )?(.+?)[ ,]+release'), ''), nullif(substring(mapping.text_at(payload, '{Message}') from '[Dd]eploy (.+) release '), ''))
        when 'deployment' then coalesce(mapping.text_at(payload, '{ProjectName}'), mapping.text_at(payload, '{ProjectId}'))
        when 'task' then coalesce(mapping.text_at(payload, '{ProjectName}'), nullif(substring(mapping.text_at(payload, '{Description}') from '(?:Deploy|Redeploy|Run .+ runbook for|Run) (.+) release '), ''))
    end as service,
    case variant
        when 'subscription event' then mapping.text_at(payload, '{Category}')
        when 'deployment' then 'deployment_failed'
        when 'task' then coalesce(mapping.text_at(payload, '{Name}'), 'deployment_failed')
    end as error_type,
    case variant
        when 'subscription event' then mapping.text_at(payload, '{SpaceId}')
        when 'deployment' then coalesce(mapping.text_at(payload, '{SpaceName}'), mapping.text_at(payload, '{SpaceId}'))
        when 'task' then coalesce(mapping.text_at(payload, '{SpaceName}'), mapping.text_at(payload, '{SpaceId}'))
    end as team,
    case variant
        when 'subscription event' then coalesce(nullif(substring(mapping.text_at(payload, '{Message}') from ' release [^ ]+ to ([^,]+?)(?: failed| succeeded| for .*|)$'), ''), nullif(substring(mapping.text_at(payload, '{Message}') from ' to ([^,]+?)(?: failed| succeeded| for .*|)$'), ''))
        when 'deployment' then coalesce(mapping.text_at(payload, '{EnvironmentName}'), mapping.text_at(payload, '{EnvironmentId}'))
        when 'task' then coalesce(mapping.text_at(payload, '{EnvironmentName}'), nullif(substring(mapping.text_at(payload, '{Description}') from ' to (.+)$'), ''))
    end as environment,
    case variant
        when 'subscription event' then mapping.text_at(payload, '{ServerUri}')
        when 'deployment' then (nullif(config ->> 'base_url', '') || mapping.text_at(payload, '{Links,Web}'))
        when 'task' then (nullif(config ->> 'base_url', '') || mapping.text_at(payload, '{Links,Web}'))
    end as external_url,
    case variant
        when 'subscription event' then mapping.instant_at(payload, '{Occurred}')
        when 'deployment' then coalesce(mapping.instant_at(payload, '{Task,StartTime}'), mapping.instant_at(payload, '{Created}'))
        when 'task' then coalesce(mapping.instant_at(payload, '{StartTime}'), mapping.instant_at(payload, '{QueueTime}'))
    end as source_created_at,
    case variant
        when 'subscription event' then mapping.instant_at(payload, '{Occurred}')
        when 'deployment' then mapping.instant_at(payload, '{Task,CompletedTime}')
        when 'task' then coalesce(mapping.instant_at(payload, '{CompletedTime}'), mapping.instant_at(payload, '{LastUpdatedTime}'))
    end as resolved_at,
    case variant
        when 'subscription event' then jsonb_strip_nulls(jsonb_build_object('event', payload #> '{Id}', 'documents', payload #> '{RelatedDocumentIds}'))
        when 'deployment' then jsonb_strip_nulls(jsonb_build_object('task', payload #> '{TaskId}', 'release', payload #> '{ReleaseId}'))
        when 'task' then jsonb_strip_nulls(jsonb_build_object('task', payload #> '{Id}', 'deployment', payload #> '{Arguments,DeploymentId}', 'server', payload #> '{ServerNode}'))
        else '{}'::jsonb
    end as attributes
from variants
