{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('monday', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('pulseId') }} and {{ has_value('boardId') }}) then 'webhook'
            when ({{ has_value('id') }} and {{ has_value('name') }} and ({{ has_value('column_values') }} or {{ has_value('state') }} or {{ has_value('created_at') }})) then 'item'
        end as variant
    from records

)

select
    {{ record_columns('monday') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then coalesce({{ text_at('pulseName') }}, ('Item ' || {{ text_at('pulseId') }})) when 'item' then {{ text_at('name') }} end as title,
    case variant when 'item' then coalesce({{ element_at('column_values', 'id', 'text', 'text') }}, {{ element_at('column_values', 'id', 'long_text', 'text') }}) end as body,
    case variant when 'item' then coalesce({{ element_at('column_values', 'id', 'priority', 'text') }}, {{ element_at('column_values', 'column.title', 'Priority', 'text') }}, {{ element_at('column_values', 'title', 'Priority', 'text') }}) end as severity_value,
    case variant when 'webhook' then coalesce({{ text_at('value.label.text') }}, {{ text_at('type') }}) when 'item' then coalesce({{ element_at('column_values', 'id', 'status', 'text') }}, {{ element_at('column_values', 'column.title', 'Status', 'text') }}, {{ element_at('column_values', 'title', 'Status', 'text') }}, {{ text_at('state') }}) end as status_value,
    case variant when 'webhook' then {{ text_at('boardId') }} when 'item' then coalesce({{ element_at('column_values', 'column.title', 'Service', 'text') }}, {{ text_at('board.name') }}) end as service,
    null::text as error_type,
    case variant when 'webhook' then {{ text_at('groupName') }} when 'item' then coalesce({{ element_at('column_values', 'column.title', 'Team', 'text') }}, {{ text_at('group.title') }}) end as team,
    null::text as environment,
    case variant when 'item' then {{ text_at('url') }} end as external_url,
    case variant when 'webhook' then coalesce({{ instant_at('createdAt') }}, {{ instant_at('triggerTime') }}) when 'item' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'item' then {{ instant_at('updated_at') }} end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('column', {{ value_at('columnTitle') }}, 'board', {{ value_at('boardId') }})) when 'item' then jsonb_strip_nulls(jsonb_build_object('board', {{ value_at('board.name') }}, 'group', {{ value_at('group.title') }}, 'state', {{ value_at('state') }})) else '{}'::jsonb end as attributes
from variants
