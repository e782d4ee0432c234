{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('intercom', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (coalesce(lower({{ text_at('type') }}) in ('ticket'), false) or {{ has_value('ticket_attributes') }}) then 'ticket'
            when ({{ has_value('created_at') }} and ({{ has_value('source') }} or {{ has_value('conversation_message') }} or {{ has_value('state') }})) then 'conversation'
        end as variant
    from records

)

select
    {{ record_columns('intercom') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'ticket' then coalesce({{ text_at('ticket_attributes._default_title_') }}, ('Ticket ' || {{ text_at('ticket_id') }}), ('Ticket ' || {{ text_at('id') }})) when 'conversation' then coalesce({{ text_at('title') }}, {{ plain_text_at('source.subject') }}, {{ plain_text_at('conversation_message.subject') }}, {{ plain_text_at('source.body') }}, {{ plain_text_at('conversation_message.body') }}, ('Conversation ' || {{ text_at('id') }})) end as title,
    case variant when 'ticket' then {{ plain_text_at('ticket_attributes._default_description_') }} when 'conversation' then coalesce({{ plain_text_at('source.body') }}, {{ plain_text_at('conversation_message.body') }}) end as body,
    case variant when 'ticket' then coalesce({{ text_at('ticket_attributes.Priority') }}, {{ text_at('ticket_attributes.priority') }}, {{ text_at('priority') }}) when 'conversation' then {{ text_at('priority') }} end as severity_value,
    case variant when 'ticket' then coalesce({{ text_at('ticket_state.category') }}, {{ text_at('ticket_state') }}, {{ text_at('state') }}) when 'conversation' then coalesce({{ text_at('state') }}, case when coalesce(lower({{ text_at('open') }}) in ('true'), false) then 'open' else case when {{ has_value('open') }} then 'closed' else null::text end end) end as status_value,
    case variant when 'ticket' then coalesce({{ text_at('ticket_type.name') }}, {{ text_at('ticket_attributes.Product') }}) when 'conversation' then coalesce({{ text_at('custom_attributes.Product') }}, {{ text_at('source.delivered_as') }}) end as service,
    null::text as error_type,
    case variant when 'ticket' then {{ text_at('team_assignee_id') }} when 'conversation' then coalesce({{ text_at('team_assignee_id') }}, {{ text_at('assignee.id') }}) end as team,
    null::text as environment,
    case variant when 'conversation' then coalesce({{ text_at('links.conversation_web') }}, {{ text_at('source.url') }}) end as external_url,
    case variant when 'ticket' then {{ seconds_at('created_at') }} when 'conversation' then {{ seconds_at('created_at') }} end as source_created_at,
    case variant when 'ticket' then {{ seconds_at('updated_at') }} when 'conversation' then coalesce({{ seconds_at('statistics.last_close_at') }}, {{ seconds_at('updated_at') }}) end as resolved_at,
    case variant when 'ticket' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('ticket_id') }}, 'category', {{ value_at('category') }}, 'assignee', {{ value_at('admin_assignee_id') }})) when 'conversation' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('tags.tags') }}, 'assignee', {{ value_at('admin_assignee_id') }}, 'contact', nullif(substring({{ text_at('source.author.id') }} from '\S+'), ''))) else '{}'::jsonb end as attributes
from variants
