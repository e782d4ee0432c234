{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('front', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('status') }} and {{ has_value('created_at') }}) then 'conversation'
        end as variant
    from records

)

select
    {{ record_columns('front') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'conversation' then coalesce({{ text_at('subject') }}, {{ plain_text_at('last_message.blurb') }}, ('Conversation ' || {{ text_at('id') }})) end as title,
    case variant when 'conversation' then coalesce({{ text_at('last_message.text') }}, {{ plain_text_at('last_message.body') }}, {{ text_at('last_message.blurb') }}) end as body,
    case variant when 'conversation' then {{ severity_label_at('tags') }} end as severity_value,
    case variant when 'conversation' then coalesce({{ text_at('status_category') }}, {{ text_at('status') }}) end as status_value,
    case variant when 'conversation' then coalesce({{ tag_at('tags', 'service|product') }}, {{ text_at('inbox.name') }}, {{ text_at('tags.0.name') }}) end as service,
    null::text as error_type,
    case variant when 'conversation' then coalesce({{ tag_at('tags', 'team') }}, {{ text_at('assignee.email') }}, {{ text_at('assignee.username') }}) end as team,
    case variant when 'conversation' then {{ tag_at('tags', 'env|environment') }} end as environment,
    case variant when 'conversation' then coalesce({{ text_at('links.0.external_url') }}, {{ text_at('_links.self') }}) end as external_url,
    case variant when 'conversation' then {{ seconds_at('created_at') }} end as source_created_at,
    case variant when 'conversation' then coalesce({{ seconds_at('updated_at') }}, {{ seconds_at('last_message.created_at') }}) end as resolved_at,
    case variant when 'conversation' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('tags') }}, 'recipient', {{ value_at('recipient.handle') }})) else '{}'::jsonb end as attributes
from variants
