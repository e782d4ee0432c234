{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('pylon', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and ({{ has_value('title') }} or {{ has_value('number') }}) and {{ has_value('state') }}) then 'issue'
        end as variant
    from records

)

select
    {{ record_columns('pylon') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'issue' then coalesce({{ text_at('title') }}, ('Issue ' || {{ text_at('number') }})) end as title,
    case variant when 'issue' then {{ plain_text_at('body_html') }} end as body,
    case variant when 'issue' then coalesce({{ text_at('custom_fields.priority.value') }}, {{ text_at('priority') }}, {{ severity_label_at('tags') }}) end as severity_value,
    case variant when 'issue' then {{ text_at('state') }} end as status_value,
    case variant when 'issue' then coalesce({{ text_at('custom_fields.product.value') }}, {{ tag_at('tags', 'service|product') }}, {{ text_at('account.id') }}) end as service,
    case variant when 'issue' then {{ text_at('type') }} end as error_type,
    case variant when 'issue' then coalesce({{ text_at('team.name') }}, {{ text_at('team.id') }}) end as team,
    case variant when 'issue' then {{ tag_at('tags', 'env|environment') }} end as environment,
    case variant when 'issue' then {{ text_at('link') }} end as external_url,
    case variant when 'issue' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'issue' then coalesce({{ instant_at('resolution_time') }}, {{ instant_at('latest_message_time') }}) end as resolved_at,
    case variant when 'issue' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('number') }}, 'tags', {{ value_at('tags') }}, 'source', {{ value_at('source') }})) else '{}'::jsonb end as attributes
from variants
