{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('openlineage', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('eventType') }} and {{ has_value('job.name') }}) then 'run event'
        end as variant
    from records

)

select
    {{ record_columns('openlineage') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'run event' then ({{ text_at('job.name') }} || ': ' || {{ text_at('eventType') }}) end as title,
    case variant when 'run event' then coalesce({{ text_at('run.facets.errorMessage.message') }}, {{ text_at('run.facets.errorMessage.stackTrace') }}) end as body,
    case variant when 'run event' then {{ text_at('eventType') }} end as severity_value,
    case variant when 'run event' then {{ text_at('eventType') }} end as status_value,
    case variant when 'run event' then coalesce({{ text_at('job.name') }}, {{ text_at('job.namespace') }}) end as service,
    case variant when 'run event' then coalesce({{ text_at('run.facets.errorMessage.programmingLanguage') }}, {{ text_at('job.facets.jobType.jobType') }}) end as error_type,
    case variant when 'run event' then {{ text_at('job.facets.ownership.owners.0.name') }} end as team,
    case variant when 'run event' then {{ text_at('job.namespace') }} end as environment,
    null::text as external_url,
    case variant when 'run event' then coalesce({{ instant_at('run.facets.nominalTime.nominalStartTime') }}, {{ instant_at('eventTime') }}) end as source_created_at,
    case variant when 'run event' then {{ instant_at('eventTime') }} end as resolved_at,
    case variant when 'run event' then jsonb_strip_nulls(jsonb_build_object('namespace', {{ value_at('job.namespace') }}, 'producer', {{ value_at('producer') }}, 'integration', {{ value_at('job.facets.jobType.integration') }}, 'parent', {{ value_at('run.facets.parent.job.name') }})) else '{}'::jsonb end as attributes
from variants
