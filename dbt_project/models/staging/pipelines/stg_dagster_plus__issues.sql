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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'dagster_plus'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'dagster_plus') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'dagster_plus' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{runId}') and mapping.has_value(payload, '{status}')) then 'run'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'dagster_plus'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant when 'run' then coalesce((mapping.text_at(payload, '{jobName}') || ' ' || mapping.text_at(payload, '{status}')), (mapping.text_at(payload, '{pipelineName}') || ' ' || mapping.text_at(payload, '{status}'))) end as title,
    case variant when 'run' then coalesce(mapping.text_at(payload, '{error,message}'), mapping.text_at(payload, '{failureMessage}')) end as body,
    case variant when 'run' then mapping.text_at(payload, '{status}') end as severity_value,
    case variant when 'run' then mapping.text_at(payload, '{status}') end as status_value,
    case variant when 'run' then coalesce(mapping.text_at(payload, '{jobName}'), mapping.text_at(payload, '{pipelineName}')) end as service,
    case variant when 'run' then 'run_failed' end as error_type,
    case variant when 'run' then mapping.element_at(payload, '{tags}', '{key}', 'team', '{value}') end as team,
    case variant when 'run' then coalesce(mapping.element_at(payload, '{tags}', '{key}', 'environment', '{value}'), mapping.element_at(payload, '{tags}', '{key}', 'dagster/deployment', '{value}'), mapping.text_at(payload, '{deploymentName}')) end as environment,
    case variant when 'run' then (nullif(config ->> 'base_url', '') || '/runs/' || mapping.text_at(payload, '{runId}')) end as external_url,
    case variant when 'run' then coalesce(mapping.epoch_at(payload, '{startTime}', 1), mapping.epoch_at(payload, '{creationTime}', 1)) end as source_created_at,
    case variant when 'run' then coalesce(mapping.epoch_at(payload, '{endTime}', 1), mapping.epoch_at(payload, '{updateTime}', 1)) end as resolved_at,
    case variant
        when 'run' then jsonb_strip_nulls(jsonb_build_object('location', payload #> '{repositoryOrigin,repositoryLocationName}', 'partition', mapping.element_at(payload, '{tags}', '{key}', 'dagster/partition', '{value}')))
        else '{}'::jsonb
    end as attributes
from variants
