{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('asana', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('gid') }} and {{ has_value('name') }} and ({{ has_value('completed') }} or {{ has_value('modified_at') }} or {{ has_value('created_at') }})) then 'task'
        end as variant
    from records

)

select
    {{ record_columns('asana') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'task' then {{ text_at('name') }} end as title,
    case variant when 'task' then {{ text_at('notes') }} end as body,
    case variant when 'task' then coalesce({{ element_at('custom_fields', 'name', 'Severity', 'display_value') }}, {{ element_at('custom_fields', 'name', 'Priority', 'display_value') }}, {{ element_at('custom_fields', 'name', 'Priority', 'enum_value.name') }}, {{ severity_label_at('tags') }}) end as severity_value,
    case variant when 'task' then case when coalesce(lower({{ text_at('completed') }}) in ('true'), false) then 'completed' else coalesce({{ element_at('custom_fields', 'name', 'Status', 'display_value') }}, case when coalesce(lower({{ text_at('completed') }}) in ('false'), false) then 'open' else null::text end) end end as status_value,
    case variant when 'task' then coalesce({{ element_at('custom_fields', 'name', 'Service', 'display_value') }}, {{ tag_at('tags', 'service|component') }}, {{ text_at('memberships.0.project.name') }}, {{ text_at('projects.0.name') }}) end as service,
    null::text as error_type,
    case variant when 'task' then coalesce({{ element_at('custom_fields', 'name', 'Team', 'display_value') }}, {{ text_at('workspace.name') }}, {{ text_at('assignee.name') }}) end as team,
    case variant when 'task' then {{ element_at('custom_fields', 'name', 'Environment', 'display_value') }} end as environment,
    case variant when 'task' then coalesce({{ text_at('permalink_url') }}, ('https://app.asana.com/0/0/' || {{ text_at('gid') }})) end as external_url,
    case variant when 'task' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'task' then coalesce({{ instant_at('completed_at') }}, {{ instant_at('modified_at') }}) end as resolved_at,
    case variant when 'task' then jsonb_strip_nulls(jsonb_build_object('section', {{ value_at('memberships.0.section.name') }}, 'tags', {{ value_at('tags') }}, 'assignee', {{ value_at('assignee.name') }})) else '{}'::jsonb end as attributes
from variants
