{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('shortcut', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('entity_type') }} and {{ has_value('action') }} and {{ has_value('name') }}) then 'webhook'
            when ({{ has_value('id') }} and {{ has_value('name') }} and ({{ has_value('story_type') }} or {{ has_value('workflow_state_id') }} or {{ has_value('completed') }})) then 'story'
        end as variant
    from records

)

select
    {{ record_columns('shortcut') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then {{ text_at('name') }} when 'story' then {{ text_at('name') }} end as title,
    case variant when 'webhook' then {{ text_at('description') }} when 'story' then {{ text_at('description') }} end as body,
    case variant when 'story' then coalesce({{ element_at('custom_fields', 'name', 'Severity', 'value') }}, {{ element_at('custom_fields', 'field_name', 'Severity', 'value') }}, {{ element_at('custom_fields', 'name', 'Priority', 'value') }}, {{ severity_label_at('labels') }}) end as severity_value,
    case variant when 'webhook' then case when coalesce(lower({{ text_at('changes.completed.new') }}) in ('true'), false) then 'completed' else {{ text_at('action') }} end when 'story' then case when coalesce(lower({{ text_at('archived') }}) in ('true'), false) then 'closed' else case when coalesce(lower({{ text_at('completed') }}) in ('true'), false) then 'completed' else case when coalesce(lower({{ text_at('started') }}) in ('true'), false) then 'in progress' else 'open' end end end end as status_value,
    case variant when 'story' then coalesce({{ tag_at('labels', 'service|component') }}, {{ text_at('project_name') }}, {{ text_at('labels.0.name') }}, {{ text_at('project_id') }}) end as service,
    case variant when 'webhook' then {{ text_at('story_type') }} when 'story' then {{ text_at('story_type') }} end as error_type,
    case variant when 'story' then coalesce({{ text_at('group_id') }}, {{ text_at('epic_id') }}) end as team,
    case variant when 'story' then {{ tag_at('labels', 'env|environment') }} end as environment,
    case variant when 'webhook' then {{ text_at('app_url') }} when 'story' then {{ text_at('app_url') }} end as external_url,
    case variant when 'webhook' then {{ instant_at('changed_at') }} when 'story' then coalesce({{ instant_at('created_at') }}, {{ instant_at('started_at') }}, {{ instant_at('updated_at') }}) end as source_created_at,
    case variant when 'story' then coalesce({{ instant_at('completed_at') }}, {{ instant_at('updated_at') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('type', {{ value_at('story_type') }})) when 'story' then jsonb_strip_nulls(jsonb_build_object('type', {{ value_at('story_type') }}, 'labels', {{ value_at('labels') }}, 'epic', {{ value_at('epic_id') }})) else '{}'::jsonb end as attributes
from variants
