{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('freshservice', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when {{ has_value('ticket_subject') }} then 'webhook'
            when ({{ has_value('subject') }} and ({{ has_value('status') }} or {{ has_value('priority') }}) and {{ has_value('id') }}) then 'ticket'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('freshservice') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then {{ text_at('ticket_subject') }} when 'ticket' then {{ text_at('subject') }} end as title,
    case variant when 'webhook' then {{ plain_text_at('ticket_description') }} when 'ticket' then coalesce(nullif({{ text_at('description_text') }}, {{ text_at('subject') }}), {{ plain_text_at('description') }}) end as body,
    case variant when 'webhook' then {{ text_at('ticket_priority') }} when 'ticket' then coalesce({{ text_at('priority') }}, {{ text_at('priority_name') }}) end as severity_value,
    case variant when 'webhook' then {{ text_at('ticket_status') }} when 'ticket' then coalesce({{ text_at('status') }}, {{ text_at('status_name') }}) end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('ticket_service') }}, {{ text_at('ticket_category') }}, {{ text_at('ticket_product_description') }}) when 'ticket' then coalesce({{ text_at('custom_fields.service') }}, {{ text_at('custom_fields.affected_service') }}, {{ text_at('impacted_services.0.name') }}, {{ tag_at('tags', 'service|svc') }}, {{ text_at('category') }}) end as service,
    case variant when 'webhook' then coalesce({{ text_at('ticket_item_category') }}, {{ text_at('ticket_sub_category') }}) when 'ticket' then coalesce({{ text_at('item_category') }}, {{ text_at('sub_category') }}) end as error_type,
    case variant when 'webhook' then coalesce({{ text_at('ticket_group_name') }}, {{ text_at('ticket_department_name') }}) when 'ticket' then coalesce({{ text_at('group.name') }}, {{ text_at('group_name') }}, {{ tag_at('tags', 'team') }}, {{ text_at('group_id') }}) end as team,
    case variant when 'webhook' then {{ text_at('ticket_environment') }} when 'ticket' then coalesce({{ text_at('custom_fields.environment') }}, {{ tag_at('tags', 'env|environment') }}) end as environment,
    case variant when 'webhook' then coalesce({{ text_at('ticket_url') }}, {{ text_at('ticket_public_url') }}) when 'ticket' then ('https://' || nullif(config ->> 'domain', '') || '.freshservice.com/a/tickets/' || {{ text_at('id') }}) end as external_url,
    case variant when 'webhook' then {{ instant_at('ticket_created_at') }} when 'ticket' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'webhook' then coalesce({{ instant_at('ticket_resolved_at') }}, {{ instant_at('ticket_closed_at') }}) when 'ticket' then coalesce({{ instant_at('stats.resolved_at') }}, {{ instant_at('stats.closed_at') }}, {{ instant_at('resolved_at') }}, {{ instant_at('closed_at') }}, {{ instant_at('updated_at') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('ticket_id') }}, 'type', {{ value_at('ticket_type') }}, 'tags', {{ value_at('ticket_tags') }})) when 'ticket' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('id') }}, 'type', {{ value_at('type') }}, 'tags', {{ value_at('tags') }}, 'category', {{ value_at('category') }})) else '{}'::jsonb end as attributes
from variants
