{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('clickup', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('name') }} and {{ has_value('status') }}) then 'task'
        end as variant
    from records

)

select
    {{ record_columns('clickup') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'task' then {{ text_at('name') }} end as title,
    case variant when 'task' then coalesce({{ text_at('text_content') }}, {{ text_at('description') }}) end as body,
    case variant when 'task' then coalesce({{ text_at('priority.priority') }}, {{ text_at('priority') }}, {{ severity_label_at('tags') }}) end as severity_value,
    case variant when 'task' then coalesce({{ text_at('status.type') }}, {{ text_at('status.status') }}, {{ text_at('status') }}) end as status_value,
    case variant when 'task' then coalesce({{ element_at('custom_fields', 'name', 'Service', 'value') }}, {{ tag_at('tags', 'service|component') }}, {{ text_at('list.name') }}, {{ text_at('project.name') }}) end as service,
    null::text as error_type,
    case variant when 'task' then coalesce({{ tag_at('tags', 'team') }}, {{ text_at('space.name') }}, {{ text_at('space.id') }}) end as team,
    case variant when 'task' then coalesce({{ element_at('custom_fields', 'name', 'Environment', 'value') }}, {{ tag_at('tags', 'env|environment') }}) end as environment,
    case variant when 'task' then {{ text_at('url') }} end as external_url,
    case variant when 'task' then {{ milliseconds_at('date_created') }} end as source_created_at,
    case variant when 'task' then coalesce({{ milliseconds_at('date_closed') }}, {{ milliseconds_at('date_done') }}, {{ milliseconds_at('date_updated') }}) end as resolved_at,
    case variant when 'task' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('custom_id') }}, 'vendor_status', {{ value_at('status.status') }}, 'tags', {{ value_at('tags') }})) else '{}'::jsonb end as attributes
from variants
