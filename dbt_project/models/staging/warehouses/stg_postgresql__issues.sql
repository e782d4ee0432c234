{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('postgresql', shape="kind <> 'normalized_change'") }}

),

variants as (

    select
        *,
        case
            when true then 'normalized'
        end as variant
    from records

)

select
    {{ record_columns('postgresql') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'normalized' then {{ text_at('title') }} end as title,
    case variant when 'normalized' then {{ text_at('body') }} end as body,
    case variant when 'normalized' then {{ text_at('severity') }} end as severity_value,
    case variant when 'normalized' then {{ text_at('status') }} end as status_value,
    case variant when 'normalized' then {{ text_at('service') }} end as service,
    case variant when 'normalized' then {{ text_at('error_type') }} end as error_type,
    case variant when 'normalized' then {{ text_at('team') }} end as team,
    case variant when 'normalized' then {{ text_at('environment') }} end as environment,
    case variant when 'normalized' then {{ text_at('external_url') }} end as external_url,
    case variant when 'normalized' then {{ instant_at('source_created_at') }} end as source_created_at,
    case variant when 'normalized' then {{ instant_at('resolved_at') }} end as resolved_at,
    case variant when 'normalized' then {{ object_at('attributes') }} else '{}'::jsonb end as attributes
from variants
