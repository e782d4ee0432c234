{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('help_scout', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('status') }} and ({{ has_value('subject') }} or {{ has_value('preview') }} or {{ has_value('number') }})) then 'conversation'
        end as variant
    from records

)

select
    {{ record_columns('help_scout') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'conversation' then coalesce({{ text_at('subject') }}, {{ text_at('preview') }}, ('Conversation ' || {{ text_at('number') }})) end as title,
    case variant when 'conversation' then coalesce({{ plain_text_at('_embedded.threads.0.body') }}, {{ text_at('preview') }}) end as body,
    case variant when 'conversation' then {{ severity_label_at('tags') }} end as severity_value,
    case variant when 'conversation' then {{ text_at('status') }} end as status_value,
    case variant when 'conversation' then coalesce({{ tag_at('tags', 'service|product') }}, {{ text_at('mailbox.name') }}, {{ text_at('mailboxId') }}) end as service,
    null::text as error_type,
    case variant when 'conversation' then coalesce({{ text_at('assignee.team') }}, {{ text_at('assignee.email') }}) end as team,
    case variant when 'conversation' then {{ tag_at('tags', 'env|environment') }} end as environment,
    case variant when 'conversation' then {{ text_at('_links.web.href') }} end as external_url,
    case variant when 'conversation' then {{ instant_at('createdAt') }} end as source_created_at,
    case variant when 'conversation' then coalesce({{ instant_at('closedAt') }}, {{ instant_at('userUpdatedAt') }}) end as resolved_at,
    case variant when 'conversation' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('number') }}, 'tags', {{ value_at('tags') }}, 'source', {{ value_at('source.type') }})) else '{}'::jsonb end as attributes
from variants
