{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('gorgias', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('id') }} and ({{ has_value('created_datetime') }} or {{ has_value('opened_datetime') }}) and {{ has_value('status') }}) then 'ticket'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('gorgias') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'ticket' then coalesce({{ text_at('subject') }}, {{ text_at('excerpt') }}, ('Ticket ' || {{ text_at('id') }})) end as title,
    case variant when 'ticket' then coalesce({{ text_at('excerpt') }}, {{ plain_text_at('messages.0.body_html') }}, {{ text_at('messages.0.body_text') }}) end as body,
    case variant when 'ticket' then coalesce({{ text_at('priority') }}, {{ severity_label_at('tags') }}) end as severity_value,
    case variant when 'ticket' then {{ text_at('status') }} end as status_value,
    case variant when 'ticket' then coalesce({{ tag_at('tags', 'service|product') }}, {{ text_at('channel') }}) end as service,
    null::text as error_type,
    case variant when 'ticket' then coalesce({{ text_at('assignee_team.name') }}, {{ text_at('assignee_user.email') }}) end as team,
    case variant when 'ticket' then {{ tag_at('tags', 'env|environment') }} end as environment,
    case variant when 'ticket' then coalesce((nullif(config ->> 'base_url', '') || '/app/ticket/' || {{ text_at('id') }}), {{ text_at('uri') }}) end as external_url,
    case variant when 'ticket' then coalesce({{ instant_at('created_datetime') }}, {{ instant_at('opened_datetime') }}) end as source_created_at,
    case variant when 'ticket' then coalesce({{ instant_at('closed_datetime') }}, {{ instant_at('updated_datetime') }}) end as resolved_at,
    case variant when 'ticket' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('tags') }}, 'via', {{ value_at('via') }}, 'language', {{ value_at('language') }})) else '{}'::jsonb end as attributes
from variants
