{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('gladly', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('status') }}) then 'conversation'
            when {{ has_value('content.conversationId') }} then 'event'
            when {{ has_value('context.conversationId') }} then 'listed event'
        end as variant
    from records

)

select
    {{ record_columns('gladly') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'conversation' then coalesce({{ text_at('topics.0.name') }}, {{ text_at('topicIds.0') }}, ('Conversation ' || {{ text_at('id') }})) when 'event' then coalesce({{ text_at('content.topics.0.name') }}, ('Conversation ' || {{ text_at('content.conversationId') }})) when 'listed event' then ('Conversation ' || {{ text_at('context.conversationId') }}) end as title,
    null::text as body,
    case variant when 'conversation' then {{ severity_label_at('topicIds') }} end as severity_value,
    case variant when 'conversation' then coalesce({{ text_at('status.value') }}, {{ text_at('status') }}) when 'event' then coalesce({{ text_at('content.status') }}, {{ text_at('type') }}) when 'listed event' then coalesce({{ text_at('content.status') }}, {{ text_at('type') }}, {{ text_at('entity') }}) end as status_value,
    case variant when 'conversation' then coalesce({{ text_at('inboxId') }}, {{ text_at('topicIds.0') }}) when 'event' then {{ text_at('content.inboxId') }} when 'listed event' then {{ text_at('content.inboxId') }} end as service,
    null::text as error_type,
    case variant when 'conversation' then coalesce({{ text_at('assignee.inboxId') }}, {{ text_at('assignee.agentId') }}, {{ text_at('inboxId') }}) end as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'conversation' then {{ instant_at('createdAt') }} when 'event' then {{ instant_at('timestamp') }} when 'listed event' then {{ instant_at('timestamp') }} end as source_created_at,
    case variant when 'conversation' then coalesce({{ instant_at('status.createdAt') }}, {{ instant_at('closedAt') }}) end as resolved_at,
    case variant when 'conversation' then jsonb_strip_nulls(jsonb_build_object('topics', {{ value_at('topicIds') }}, 'customer', {{ value_at('customerId') }})) when 'event' then jsonb_strip_nulls(jsonb_build_object('event', {{ value_at('type') }})) when 'listed event' then jsonb_strip_nulls(jsonb_build_object('event', {{ value_at('type') }})) else '{}'::jsonb end as attributes
from variants
