{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('zendesk', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when true then 'ticket'
        end as variant
    from records

)

select
    {{ record_columns('zendesk') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'ticket' then coalesce({{ text_at('subject') }}, {{ text_at('raw_subject') }}, {{ text_at('description') }}) end as title,
    case variant when 'ticket' then {{ text_at('description') }} end as body,
    case variant when 'ticket' then {{ text_at('priority') }} end as severity_value,
    case variant when 'ticket' then {{ text_at('status') }} end as status_value,
    case variant when 'ticket' then coalesce({{ tag_at('tags', 'service|product') }}, {{ text_at('brand_id') }}) end as service,
    case variant when 'ticket' then {{ tag_at('tags', 'error') }} end as error_type,
    case variant when 'ticket' then coalesce({{ tag_at('tags', 'team') }}, {{ text_at('group_id') }}) end as team,
    case variant when 'ticket' then {{ tag_at('tags', 'env|environment') }} end as environment,
    case variant when 'ticket' then coalesce((nullif(substring({{ text_at('url') }} from '^(https?://[^/]+)/api/v2/tickets/\d+\.json$'), '') || '/agent/tickets/' || nullif(substring({{ text_at('url') }} from '/api/v2/tickets/(\d+)\.json$'), '')), {{ text_at('url') }}) end as external_url,
    case variant when 'ticket' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'ticket' then {{ instant_at('updated_at') }} end as resolved_at,
    case variant when 'ticket' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('tags') }}, 'type', {{ value_at('type') }}, 'channel', {{ value_at('via.channel') }}, 'organization_id', ({{ text_at('organization_id') }}), 'region', {{ tag_at('tags', 'region') }})) else '{}'::jsonb end as attributes
from variants
