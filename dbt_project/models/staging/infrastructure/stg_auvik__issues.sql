{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('auvik', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('alertId') }} and {{ has_value('alertName') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('auvik') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce(({{ text_at('entityName') }} || ': ' || {{ text_at('alertName') }}), {{ text_at('alertName') }}) end as title,
    case variant when 'alert' then {{ text_at('alertDescription') }} end as body,
    case variant when 'alert' then {{ text_at('alertSeverityString') }} end as severity_value,
    case variant when 'alert' then {{ text_at('alertStatusString') }} end as status_value,
    case variant when 'alert' then {{ text_at('entityName') }} end as service,
    case variant when 'alert' then coalesce({{ text_at('entityType') }}, {{ text_at('alertName') }}) end as error_type,
    case variant when 'alert' then {{ text_at('companyName') }} end as team,
    null::text as environment,
    case variant when 'alert' then {{ text_at('link') }} end as external_url,
    case variant when 'alert' then {{ instant_at('date') }} end as source_created_at,
    case variant when 'alert' then {{ instant_at('date') }} end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('company', {{ value_at('companyName') }}, 'correlation', {{ value_at('correlationId') }})) else '{}'::jsonb end as attributes
from variants
