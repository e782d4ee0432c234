{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('raygun', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('eventType') }} and {{ has_value('error') }}) then 'webhook'
            when ({{ has_value('identifier') }} and ({{ has_value('lastOccurredAt') }} or {{ has_value('status') }})) then 'error group'
        end as variant
    from records

)

select
    {{ record_columns('raygun') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then coalesce({{ text_at('error.message') }}, {{ text_at('error.url') }}) when 'error group' then {{ text_at('message') }} end as title,
    case variant when 'webhook' then coalesce({{ text_at('error.comment') }}, {{ text_at('error.instance.stackTrace') }}) end as body,
    case variant when 'webhook' then {{ tag_at('error.instance.tags', 'severity|priority') }} end as severity_value,
    case variant when 'webhook' then coalesce({{ text_at('error.status') }}, {{ text_at('eventType') }}) when 'error group' then {{ text_at('status') }} end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('application.name') }}, {{ text_at('error.application.name') }}) when 'error group' then coalesce({{ text_at('applicationName') }}, {{ text_at('applicationIdentifier') }}) end as service,
    case variant when 'webhook' then coalesce({{ text_at('error.className') }}, {{ text_at('error.instance.className') }}, {{ text_at('event') }}) when 'error group' then {{ text_at('className') }} end as error_type,
    case variant when 'webhook' then {{ tag_at('error.instance.tags', 'team') }} end as team,
    case variant when 'webhook' then coalesce({{ tag_at('error.instance.tags', 'environment|env') }}, {{ text_at('error.instance.customData.environment') }}, {{ text_at('error.instance.tags.0') }}) end as environment,
    case variant when 'webhook' then {{ text_at('error.url') }} when 'error group' then coalesce({{ text_at('applicationUrl') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'webhook' then {{ instant_at('error.firstOccurredOn') }} when 'error group' then {{ instant_at('createdAt') }} end as source_created_at,
    case variant when 'webhook' then {{ instant_at('error.lastOccurredOn') }} when 'error group' then coalesce({{ instant_at('resolvedAt') }}, {{ instant_at('lastOccurredAt') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('occurrences', {{ value_at('error.totalOccurrences') }}, 'users', {{ value_at('error.usersAffected') }}, 'event', {{ value_at('eventType') }})) when 'error group' then jsonb_strip_nulls(jsonb_build_object('resolved_in', {{ value_at('resolvedIn') }}, 'comments', {{ value_at('commentCount') }})) else '{}'::jsonb end as attributes
from variants
