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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'databricks'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'databricks') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'databricks' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{event_type}') and (mapping.has_value(payload, '{run}') or mapping.has_value(payload, '{job}'))) then 'notification'
            when (mapping.has_value(payload, '{serviceName}') and mapping.has_value(payload, '{actionName}')) then 'failed action'
            when (mapping.has_value(payload, '{pipeline_id}') and mapping.has_value(payload, '{latest_updates}')) then 'update of a pipeline'
            when (mapping.has_value(payload, '{run_id}') and (mapping.has_value(payload, '{state}') or mapping.has_value(payload, '{status}'))) then 'run'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'databricks'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'notification' then coalesce((mapping.text_at(payload, '{job,name}') || ': ' || mapping.text_at(payload, '{event_type}')), ('Job ' || mapping.text_at(payload, '{job,job_id}') || ': ' || mapping.text_at(payload, '{event_type}')), ('Run ' || mapping.text_at(payload, '{run,run_id}') || ': ' || mapping.text_at(payload, '{event_type}')))
        when 'failed action' then (mapping.text_at(payload, '{serviceName}') || '.' || mapping.text_at(payload, '{actionName}') || ' failed')
        when 'update of a pipeline' then coalesce((mapping.text_at(payload, '{name}') || ' ' || mapping.text_at(payload, '{latest_updates,0,state}')), ('Pipeline ' || mapping.text_at(payload, '{pipeline_id}') || ' ' || mapping.text_at(payload, '{latest_updates,0,state}')))
        when 'run' then coalesce((mapping.text_at(payload, '{run_name}') || ' ' || mapping.text_at(payload, '{status,termination_details,code}')), (mapping.text_at(payload, '{run_name}') || ' ' || mapping.text_at(payload, '{state,result_state}')), (mapping.text_at(payload, '{run_name}') || ' ' || mapping.text_at(payload, '{state,life_cycle_state}')), ('Run ' || mapping.text_at(payload, '{run_id}') || ' ' || mapping.text_at(payload, '{state,result_state}')))
    end as title,
    case variant
        when 'failed action' then coalesce(mapping.text_at(payload, '{response,errorMessage}'), mapping.text_at(payload, '{response,result}'))
        when 'run' then coalesce(mapping.text_at(payload, '{status,termination_details,message}'), mapping.text_at(payload, '{state,state_message}'))
    end as body,
    case variant
        when 'notification' then mapping.text_at(payload, '{event_type}')
        when 'failed action' then 'failed'
        when 'update of a pipeline' then mapping.text_at(payload, '{latest_updates,0,state}')
        when 'run' then coalesce(mapping.text_at(payload, '{state,result_state}'), mapping.text_at(payload, '{state,life_cycle_state}'), mapping.text_at(payload, '{status,termination_details,type}'))
    end as severity_value,
    case variant
        when 'notification' then mapping.text_at(payload, '{event_type}')
        when 'failed action' then case when coalesce(lower(mapping.text_at(payload, '{response,statusCode}')) in ('200'), false) then 'success' else 'failed' end
        when 'update of a pipeline' then mapping.text_at(payload, '{latest_updates,0,state}')
        when 'run' then coalesce(mapping.text_at(payload, '{state,result_state}'), mapping.text_at(payload, '{state,life_cycle_state}'), mapping.text_at(payload, '{status,termination_details,type}'), mapping.text_at(payload, '{status,state}'))
    end as status_value,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{job,name}'), mapping.text_at(payload, '{job,job_id}'))
        when 'failed action' then mapping.text_at(payload, '{serviceName}')
        when 'update of a pipeline' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{pipeline_id}'))
        when 'run' then coalesce(mapping.text_at(payload, '{run_name}'), mapping.text_at(payload, '{job_id}'))
    end as service,
    case variant
        when 'notification' then mapping.text_at(payload, '{event_type}')
        when 'failed action' then (mapping.text_at(payload, '{serviceName}') || '.' || mapping.text_at(payload, '{actionName}'))
        when 'update of a pipeline' then 'pipeline_failed'
        when 'run' then coalesce(mapping.text_at(payload, '{status,termination_details,code}'), mapping.text_at(payload, '{state,result_state}'))
    end as error_type,
    case variant
        when 'notification' then mapping.text_at(payload, '{workspace_id}')
        when 'failed action' then mapping.text_at(payload, '{userIdentity,email}')
        when 'update of a pipeline' then coalesce(mapping.text_at(payload, '{run_as_user_name}'), mapping.text_at(payload, '{creator_user_name}'))
        when 'run' then mapping.text_at(payload, '{creator_user_name}')
    end as team,
    case variant when 'failed action' then mapping.text_at(payload, '{workspaceId}') end as environment,
    case variant
        when 'notification' then mapping.text_at(payload, '{run,run_page_url}')
        when 'run' then mapping.text_at(payload, '{run_page_url}')
    end as external_url,
    case variant
        when 'failed action' then mapping.epoch_at(payload, '{timestamp}', 1000)
        when 'update of a pipeline' then mapping.instant_at(payload, '{latest_updates,0,creation_time}')
        when 'run' then mapping.epoch_at(payload, '{start_time}', 1000)
    end as source_created_at,
    case variant when 'run' then mapping.epoch_at(payload, '{end_time}', 1000) end as resolved_at,
    case variant
        when 'notification' then jsonb_strip_nulls(jsonb_build_object('job', payload #> '{job,job_id}', 'run', payload #> '{run,run_id}', 'workspace', payload #> '{workspace_id}'))
        when 'failed action' then jsonb_strip_nulls(jsonb_build_object('user', payload #> '{userIdentity,email}', 'address', payload #> '{sourceIPAddress}'))
        when 'update of a pipeline' then jsonb_strip_nulls(jsonb_build_object('pipeline', payload #> '{pipeline_id}', 'update', payload #> '{latest_updates,0,update_id}'))
        when 'run' then jsonb_strip_nulls(jsonb_build_object('job', payload #> '{job_id}', 'trigger', payload #> '{trigger}', 'attempt', payload #> '{attempt_number}'))
        else '{}'::jsonb
    end as attributes
from variants
