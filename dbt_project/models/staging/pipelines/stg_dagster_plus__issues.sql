{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('dagster_plus', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('runId') }} and {{ has_value('status') }}) then 'run'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('dagster_plus') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'run' then coalesce(({{ text_at('jobName') }} || ' ' || {{ text_at('status') }}), ({{ text_at('pipelineName') }} || ' ' || {{ text_at('status') }})) end as title,
    case variant when 'run' then coalesce({{ text_at('error.message') }}, {{ text_at('failureMessage') }}) end as body,
    case variant when 'run' then {{ text_at('status') }} end as severity_value,
    case variant when 'run' then {{ text_at('status') }} end as status_value,
    case variant when 'run' then coalesce({{ text_at('jobName') }}, {{ text_at('pipelineName') }}) end as service,
    case variant when 'run' then 'run_failed' end as error_type,
    case variant when 'run' then {{ element_at('tags', 'key', 'team', 'value') }} end as team,
    case variant when 'run' then coalesce({{ element_at('tags', 'key', 'environment', 'value') }}, {{ element_at('tags', 'key', 'dagster/deployment', 'value') }}, {{ text_at('deploymentName') }}) end as environment,
    case variant when 'run' then (nullif(config ->> 'base_url', '') || '/runs/' || {{ text_at('runId') }}) end as external_url,
    case variant when 'run' then coalesce({{ seconds_at('startTime') }}, {{ seconds_at('creationTime') }}) end as source_created_at,
    case variant when 'run' then coalesce({{ seconds_at('endTime') }}, {{ seconds_at('updateTime') }}) end as resolved_at,
    case variant when 'run' then jsonb_strip_nulls(jsonb_build_object('location', {{ value_at('repositoryOrigin.repositoryLocationName') }}, 'partition', {{ element_at('tags', 'key', 'dagster/partition', 'value') }})) else '{}'::jsonb end as attributes
from variants
