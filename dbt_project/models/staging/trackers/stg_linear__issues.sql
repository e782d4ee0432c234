{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('linear', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('title') }} and ({{ has_value('state') }} or {{ has_value('stateId') }} or {{ has_value('priority') }})) then 'issue'
        end as variant
    from records

)

select
    {{ record_columns('linear') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'issue' then {{ text_at('title') }} end as title,
    case variant when 'issue' then {{ text_at('description') }} end as body,
    case variant when 'issue' then ('priority ' || {{ text_at('priority') }}) end as severity_value,
    case variant when 'issue' then coalesce({{ text_at('state.type') }}, {{ text_at('state.name') }}, {{ text_at('stateId') }}) end as status_value,
    case variant when 'issue' then coalesce({{ tag_at('labels', 'service|component') }}, {{ tag_at('labels.nodes', 'service|component') }}, {{ text_at('project.name') }}) end as service,
    case variant when 'issue' then coalesce({{ tag_at('labels', 'error') }}, {{ tag_at('labels.nodes', 'error') }}) end as error_type,
    case variant when 'issue' then coalesce({{ text_at('team.key') }}, {{ text_at('team.name') }}, {{ text_at('teamId') }}) end as team,
    case variant when 'issue' then coalesce({{ tag_at('labels', 'env|environment') }}, {{ tag_at('labels.nodes', 'env|environment') }}) end as environment,
    case variant when 'issue' then {{ text_at('url') }} end as external_url,
    case variant when 'issue' then {{ instant_at('createdAt') }} end as source_created_at,
    case variant when 'issue' then coalesce({{ instant_at('completedAt') }}, {{ instant_at('canceledAt') }}, {{ instant_at('updatedAt') }}) end as resolved_at,
    case variant when 'issue' then jsonb_strip_nulls(jsonb_build_object('identifier', {{ value_at('identifier') }}, 'number', {{ value_at('number') }}, 'labels', coalesce(nullif({{ value_at('labels.nodes') }}, 'null'), nullif({{ value_at('labels') }}, 'null')))) else '{}'::jsonb end as attributes
from variants
