{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('azure_data_factory', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('runId') }} and {{ has_value('pipelineName') }}) then 'pipeline run'
        end as variant
    from records

)

select
    {{ record_columns('azure_data_factory') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'pipeline run' then ({{ text_at('pipelineName') }} || ' ' || {{ text_at('status') }}) end as title,
    case variant when 'pipeline run' then {{ text_at('message') }} end as body,
    case variant when 'pipeline run' then {{ text_at('status') }} end as severity_value,
    case variant when 'pipeline run' then {{ text_at('status') }} end as status_value,
    case variant when 'pipeline run' then {{ text_at('pipelineName') }} end as service,
    case variant when 'pipeline run' then 'pipeline_failed' end as error_type,
    null::text as team,
    case variant when 'pipeline run' then {{ text_at('annotations.0') }} end as environment,
    null::text as external_url,
    case variant when 'pipeline run' then {{ instant_at('runStart') }} end as source_created_at,
    case variant when 'pipeline run' then coalesce({{ instant_at('runEnd') }}, {{ instant_at('lastUpdated') }}) end as resolved_at,
    case variant when 'pipeline run' then jsonb_strip_nulls(jsonb_build_object('trigger', {{ value_at('invokedBy.name') }}, 'duration_ms', {{ value_at('durationInMs') }})) else '{}'::jsonb end as attributes
from variants
