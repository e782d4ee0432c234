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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'azure_data_factory'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'azure_data_factory') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'azure_data_factory' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{activityRunId}') and mapping.has_value(payload, '{activityName}')) then 'activity run'
            when (mapping.has_value(payload, '{runId}') and mapping.has_value(payload, '{pipelineName}')) then 'pipeline run'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'azure_data_factory'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'activity run' then (mapping.text_at(payload, '{pipelineName}') || ' ' || mapping.text_at(payload, '{activityName}') || ' ' || mapping.text_at(payload, '{status}'))
        when 'pipeline run' then (mapping.text_at(payload, '{pipelineName}') || ' ' || mapping.text_at(payload, '{status}'))
    end as title,
    case variant
        when 'activity run' then coalesce(mapping.text_at(payload, '{error,message}'), mapping.text_at(payload, '{output,errors,0,Message}'))
        when 'pipeline run' then mapping.text_at(payload, '{message}')
    end as body,
    case variant
        when 'activity run' then mapping.text_at(payload, '{status}')
        when 'pipeline run' then mapping.text_at(payload, '{status}')
    end as severity_value,
    case variant
        when 'activity run' then mapping.text_at(payload, '{status}')
        when 'pipeline run' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'activity run' then mapping.text_at(payload, '{pipelineName}')
        when 'pipeline run' then mapping.text_at(payload, '{pipelineName}')
    end as service,
    case variant
        when 'activity run' then coalesce(mapping.text_at(payload, '{error,errorCode}'), mapping.text_at(payload, '{error,failureType}'), 'activity_failed')
        when 'pipeline run' then 'pipeline_failed'
    end as error_type,
    null::text as team,
    case variant when 'pipeline run' then mapping.text_at(payload, '{annotations,0}') end as environment,
    null::text as external_url,
    case variant
        when 'activity run' then mapping.instant_at(payload, '{activityRunStart}')
        when 'pipeline run' then coalesce(mapping.instant_at(payload, '{runStart}'), mapping.instant_at(payload, '{start}'))
    end as source_created_at,
    case variant
        when 'activity run' then mapping.instant_at(payload, '{activityRunEnd}')
        when 'pipeline run' then coalesce(mapping.instant_at(payload, '{runEnd}'), mapping.instant_at(payload, '{end}'), mapping.instant_at(payload, '{lastUpdated}'))
    end as resolved_at,
    case variant
        when 'activity run' then jsonb_strip_nulls(jsonb_build_object('activity', payload #> '{activityType}', 'run', payload #> '{pipelineRunId}', 'failure', payload #> '{error,failureType}'))
        when 'pipeline run' then jsonb_strip_nulls(jsonb_build_object('trigger', payload #> '{invokedBy,name}', 'duration_ms', payload #> '{durationInMs}'))
        else '{}'::jsonb
    end as attributes
from variants
