{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('plain', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('node.id') }} and {{ has_value('node.status') }}) then 'listed thread'
            when ({{ has_value('id') }} and {{ has_value('status') }} and ({{ has_value('title') }} or {{ has_value('previewText') }})) then 'thread'
        end as variant
    from records

)

select
    {{ record_columns('plain') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'listed thread' then coalesce({{ text_at('node.title') }}, {{ text_at('node.previewText') }}) when 'thread' then coalesce({{ text_at('title') }}, {{ text_at('previewText') }}) end as title,
    case variant when 'listed thread' then {{ text_at('node.previewText') }} when 'thread' then coalesce({{ text_at('description') }}, {{ text_at('previewText') }}) end as body,
    case variant when 'listed thread' then ('priority ' || {{ text_at('node.priority') }}) when 'thread' then ('priority ' || {{ text_at('priority') }}) end as severity_value,
    case variant when 'listed thread' then {{ text_at('node.status') }} when 'thread' then {{ text_at('status') }} end as status_value,
    case variant when 'listed thread' then coalesce({{ text_at('node.labels.0.labelType.name') }}, {{ text_at('node.tier.name') }}) when 'thread' then coalesce({{ text_at('labels.0.labelType.name') }}, {{ text_at('tier.name') }}) end as service,
    null::text as error_type,
    case variant when 'listed thread' then coalesce({{ text_at('node.assignedTo.fullName') }}, {{ text_at('node.assignedTo.id') }}) when 'thread' then coalesce({{ text_at('assignedTo.fullName') }}, {{ text_at('assignedTo.id') }}, {{ text_at('assignee.fullName') }}) end as team,
    null::text as environment,
    case variant when 'thread' then {{ text_at('link') }} end as external_url,
    case variant when 'listed thread' then {{ instant_at('node.createdAt.iso8601') }} when 'thread' then coalesce({{ instant_at('createdAt.iso8601') }}, {{ instant_at('createdAt') }}) end as source_created_at,
    case variant when 'listed thread' then coalesce({{ instant_at('node.statusChangedAt.iso8601') }}, {{ instant_at('node.updatedAt.iso8601') }}) when 'thread' then coalesce({{ instant_at('statusChangedAt.iso8601') }}, {{ instant_at('statusChangedAt') }}, {{ instant_at('updatedAt.iso8601') }}, {{ instant_at('updatedAt') }}) end as resolved_at,
    case variant when 'listed thread' then jsonb_strip_nulls(jsonb_build_object('reference', {{ value_at('node.ref') }}, 'labels', {{ value_at('node.labels') }})) when 'thread' then jsonb_strip_nulls(jsonb_build_object('reference', {{ value_at('ref') }}, 'labels', {{ value_at('labels') }})) else '{}'::jsonb end as attributes
from variants
