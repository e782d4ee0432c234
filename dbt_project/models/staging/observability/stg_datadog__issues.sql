{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('datadog', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when {{ has_value('attributes.title') }} then 'incident'
            when true then 'webhook'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('datadog') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then {{ text_at('attributes.title') }} when 'webhook' then {{ text_at('title') }} end as title,
    case variant when 'incident' then {{ text_at('attributes.fields.summary.value') }} when 'webhook' then {{ text_at('message') }} end as body,
    case variant when 'incident' then coalesce({{ text_at('attributes.severity') }}, {{ text_at('attributes.fields.severity.value') }}) when 'webhook' then {{ text_at('severity') }} end as severity_value,
    case variant when 'incident' then coalesce({{ text_at('attributes.state') }}, {{ text_at('attributes.fields.state.value') }}) when 'webhook' then {{ text_at('state') }} end as status_value,
    case variant when 'incident' then {{ text_at('attributes.fields.services.value.0') }} when 'webhook' then {{ tag_at('tags', 'service') }} end as service,
    null::text as error_type,
    case variant when 'incident' then {{ text_at('attributes.fields.teams.value.0') }} when 'webhook' then {{ tag_at('tags', 'team') }} end as team,
    case variant when 'incident' then {{ text_at('attributes.fields.env.value.0') }} when 'webhook' then {{ tag_at('tags', 'env') }} end as environment,
    case variant when 'incident' then ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/incidents/' || {{ text_at('attributes.public_id') }}) when 'webhook' then coalesce({{ text_at('url') }}, ('https://app.' || coalesce(nullif(config ->> 'site', ''), 'datadoghq.com') || '/incidents/' || {{ text_at('public_id') }})) end as external_url,
    case variant when 'incident' then {{ instant_at('attributes.created') }} end as source_created_at,
    case variant when 'incident' then {{ instant_at('attributes.resolved') }} end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('public_id', ({{ text_at('attributes.public_id') }}), 'root_cause', {{ value_at('attributes.fields.root_cause.value') }}, 'customer_impacted', {{ value_at('attributes.customer_impacted') }})) when 'webhook' then jsonb_strip_nulls(jsonb_build_object('public_id', ({{ text_at('public_id') }}), 'region', {{ tag_at('tags', 'region') }})) else '{}'::jsonb end as attributes
from variants
