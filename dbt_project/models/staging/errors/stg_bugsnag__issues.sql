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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'bugsnag'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'bugsnag') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'bugsnag' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{error,exceptionClass}') and mapping.has_value(payload, '{trigger}')) then 'webhook'
            when (mapping.has_value(payload, '{error_id}') and mapping.has_value(payload, '{exceptions}')) then 'event of an error'
            when (mapping.has_value(payload, '{error_class}') and (mapping.has_value(payload, '{status}') or mapping.has_value(payload, '{last_seen}'))) then 'error'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'bugsnag'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then coalesce((mapping.text_at(payload, '{error,exceptionClass}') || ': ' || mapping.text_at(payload, '{error,message}')), mapping.text_at(payload, '{error,exceptionClass}'))
        when 'event of an error' then coalesce((mapping.text_at(payload, '{exceptions,0,error_class}') || ': ' || mapping.text_at(payload, '{exceptions,0,message}')), (mapping.text_at(payload, '{exceptions,0,errorClass}') || ': ' || mapping.text_at(payload, '{exceptions,0,message}')), mapping.text_at(payload, '{exceptions,0,error_class}'), mapping.text_at(payload, '{exceptions,0,errorClass}'))
        when 'error' then coalesce((mapping.text_at(payload, '{error_class}') || ': ' || mapping.text_at(payload, '{message}')), mapping.text_at(payload, '{error_class}'))
    end as title,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{error,message}'), mapping.text_at(payload, '{trigger,message}'))
        when 'event of an error' then mapping.text_at(payload, '{context}')
        when 'error' then nullif(coalesce(mapping.text_at(payload, '{message}'), mapping.text_at(payload, '{context}')), mapping.text_at(payload, '{error_class}'))
    end as body,
    case variant
        when 'webhook' then mapping.text_at(payload, '{error,severity}')
        when 'event of an error' then mapping.text_at(payload, '{severity}')
        when 'error' then coalesce(mapping.text_at(payload, '{overridden_severity}'), mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{original_severity}'))
    end as severity_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{error,status}'), mapping.text_at(payload, '{trigger,stateChange}'), 'open')
        when 'event of an error' then 'open'
        when 'error' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project,id}'))
        when 'event of an error' then coalesce(mapping.text_at(payload, '{project_name}'), mapping.text_at(payload, '{project_id}'), mapping.text_at(payload, '{app,id}'))
        when 'error' then coalesce(mapping.text_at(payload, '{project_name}'), mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project_id}'))
    end as service,
    case variant
        when 'webhook' then mapping.text_at(payload, '{error,exceptionClass}')
        when 'event of an error' then coalesce(mapping.text_at(payload, '{exceptions,0,error_class}'), mapping.text_at(payload, '{exceptions,0,errorClass}'))
        when 'error' then mapping.text_at(payload, '{error_class}')
    end as error_type,
    case variant
        when 'webhook' then mapping.text_at(payload, '{error,assignedCollaborator,name}')
        when 'error' then coalesce(mapping.text_at(payload, '{assigned_team_id}'), mapping.text_at(payload, '{assigned_collaborator_id}'))
    end as team,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{error,app,releaseStage}'), mapping.text_at(payload, '{error,releaseStage}'))
        when 'event of an error' then coalesce(mapping.text_at(payload, '{app,release_stage}'), mapping.text_at(payload, '{app,releaseStage}'))
        when 'error' then mapping.text_at(payload, '{release_stages,0}')
    end as environment,
    case variant
        when 'webhook' then mapping.text_at(payload, '{error,url}')
        when 'event of an error' then coalesce(mapping.text_at(payload, '{html_url}'), mapping.text_at(payload, '{url}'))
        when 'error' then coalesce(mapping.text_at(payload, '{dashboard_url}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'webhook' then coalesce(mapping.instant_at(payload, '{error,firstReceived}'), mapping.instant_at(payload, '{error,receivedAt}'))
        when 'event of an error' then mapping.instant_at(payload, '{received_at}')
        when 'error' then coalesce(mapping.instant_at(payload, '{first_seen}'), mapping.instant_at(payload, '{first_seen_unfiltered}'))
    end as source_created_at,
    case variant
        when 'webhook' then mapping.instant_at(payload, '{error,receivedAt}')
        when 'error' then coalesce(mapping.instant_at(payload, '{last_seen}'), mapping.instant_at(payload, '{last_seen_unfiltered}'))
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('context', payload #> '{error,context}', 'version', payload #> '{error,app,version}', 'trigger', payload #> '{trigger,type}', 'unhandled', payload #> '{error,unhandled}'))
        when 'event of an error' then jsonb_strip_nulls(jsonb_build_object('unhandled', payload #> '{unhandled}', 'version', payload #> '{app,version}'))
        when 'error' then jsonb_strip_nulls(jsonb_build_object('context', payload #> '{context}', 'events', payload #> '{events}', 'users', payload #> '{users}'))
        else '{}'::jsonb
    end as attributes
from variants
