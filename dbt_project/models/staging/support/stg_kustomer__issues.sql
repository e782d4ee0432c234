{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('kustomer', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('attributes.status') }} and ({{ has_value('attributes.createdAt') }} or {{ has_value('attributes.name') }})) then 'conversation'
        end as variant
    from records

)

select
    {{ record_columns('kustomer') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'conversation' then coalesce({{ text_at('attributes.name') }}, {{ text_at('attributes.preview') }}, ('Conversation ' || {{ text_at('id') }})) end as title,
    case variant when 'conversation' then {{ text_at('attributes.preview') }} end as body,
    case variant when 'conversation' then coalesce(('priority ' || {{ text_at('attributes.priority') }}), {{ severity_label_at('attributes.tags') }}) end as severity_value,
    case variant when 'conversation' then {{ text_at('attributes.status') }} end as status_value,
    case variant when 'conversation' then coalesce({{ tag_at('attributes.tags', 'service|product') }}, {{ text_at('attributes.queue.name') }}, {{ text_at('attributes.custom.productStr') }}) end as service,
    null::text as error_type,
    case variant when 'conversation' then {{ text_at('attributes.assignedTeams.0') }} end as team,
    case variant when 'conversation' then {{ tag_at('attributes.tags', 'env|environment') }} end as environment,
    case variant when 'conversation' then coalesce({{ text_at('links.web') }}, {{ text_at('links.self') }}) end as external_url,
    case variant when 'conversation' then {{ instant_at('attributes.createdAt') }} end as source_created_at,
    case variant when 'conversation' then coalesce({{ instant_at('attributes.lastDone.createdAt') }}, {{ instant_at('attributes.endedAt') }}, {{ instant_at('attributes.updatedAt') }}) end as resolved_at,
    case variant when 'conversation' then jsonb_strip_nulls(jsonb_build_object('channels', {{ value_at('attributes.channels') }}, 'tags', {{ value_at('attributes.tags') }})) else '{}'::jsonb end as attributes
from variants
