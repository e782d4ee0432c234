{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('freshdesk', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when {{ has_value('ticket_subject') }} then 'automation rule'
            when ({{ has_value('subject') }} and {{ has_value('status') }}) then 'ticket'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('freshdesk') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'automation rule' then {{ text_at('ticket_subject') }} when 'ticket' then {{ text_at('subject') }} end as title,
    case variant when 'automation rule' then nullif({{ plain_text_at('ticket_description') }}, {{ text_at('ticket_subject') }}) when 'ticket' then coalesce({{ text_at('description_text') }}, {{ plain_text_at('description') }}, {{ plain_text_at('structured_description') }}) end as body,
    case variant when 'automation rule' then ('priority ' || {{ text_at('ticket_priority') }}) when 'ticket' then ('priority ' || {{ text_at('priority') }}) end as severity_value,
    case variant when 'automation rule' then ('status ' || {{ text_at('ticket_status') }}) when 'ticket' then ('status ' || {{ text_at('status') }}) end as status_value,
    case variant when 'automation rule' then coalesce({{ text_at('ticket_product_description') }}, {{ text_at('ticket_product_name') }}) when 'ticket' then coalesce({{ text_at('product_name') }}, {{ text_at('product_id') }}, {{ text_at('custom_fields.cf_product') }}) end as service,
    case variant when 'automation rule' then {{ text_at('ticket_type') }} when 'ticket' then {{ text_at('type') }} end as error_type,
    case variant when 'automation rule' then coalesce({{ text_at('ticket_group_name') }}, {{ text_at('ticket_group') }}) when 'ticket' then coalesce({{ text_at('group_name') }}, {{ text_at('group_id') }}) end as team,
    case variant when 'ticket' then {{ text_at('custom_fields.cf_environment') }} end as environment,
    case variant when 'automation rule' then coalesce({{ text_at('ticket_url') }}, {{ text_at('ticket_public_url') }}) when 'ticket' then coalesce({{ text_at('url') }}, (nullif(config ->> 'base_url', '') || '/a/tickets/' || {{ text_at('id') }}), ('https://' || nullif(config ->> 'domain', '') || '/a/tickets/' || {{ text_at('id') }})) end as external_url,
    case variant when 'automation rule' then coalesce({{ instant_at('ticket_created_at') }}, {{ instant_at('ticket_created_on') }}) when 'ticket' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'ticket' then coalesce({{ instant_at('stats.resolved_at') }}, {{ instant_at('stats.closed_at') }}, {{ instant_at('updated_at') }}) end as resolved_at,
    case variant when 'automation rule' then jsonb_strip_nulls(jsonb_build_object('source', {{ value_at('ticket_source') }}, 'company', {{ value_at('ticket_company_name') }}, 'tags', {{ value_at('ticket_tags') }})) when 'ticket' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('tags') }}, 'source', {{ value_at('source') }}, 'company', {{ value_at('company_id') }}, 'escalated', {{ value_at('is_escalated') }})) else '{}'::jsonb end as attributes
from variants
