{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('zoho_desk', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('subject') }} and ({{ has_value('ticketNumber') }} or {{ has_value('createdTime') }} or {{ has_value('status') }})) then 'ticket'
        end as variant
    from records

)

select
    {{ record_columns('zoho_desk') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'ticket' then {{ text_at('subject') }} end as title,
    case variant when 'ticket' then {{ plain_text_at('description') }} end as body,
    case variant when 'ticket' then {{ text_at('priority') }} end as severity_value,
    case variant when 'ticket' then coalesce({{ text_at('statusType') }}, {{ text_at('status') }}) end as status_value,
    case variant when 'ticket' then coalesce({{ text_at('product.productName') }}, {{ text_at('productName') }}, {{ text_at('productId') }}, {{ text_at('department.name') }}, {{ text_at('departmentId') }}) end as service,
    case variant when 'ticket' then coalesce({{ text_at('subCategory') }}, {{ text_at('category') }}, {{ text_at('classification') }}) end as error_type,
    case variant when 'ticket' then coalesce({{ text_at('team.name') }}, {{ text_at('teamId') }}) end as team,
    null::text as environment,
    case variant when 'ticket' then {{ text_at('webUrl') }} end as external_url,
    case variant when 'ticket' then {{ instant_at('createdTime') }} end as source_created_at,
    case variant when 'ticket' then coalesce({{ instant_at('closedTime') }}, {{ instant_at('modifiedTime') }}) end as resolved_at,
    case variant when 'ticket' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('ticketNumber') }}, 'channel', {{ value_at('channel') }}, 'escalated', {{ value_at('isEscalated') }})) else '{}'::jsonb end as attributes
from variants
