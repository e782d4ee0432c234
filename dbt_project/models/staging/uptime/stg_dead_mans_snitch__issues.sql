{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('dead_mans_snitch', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('type') }} and {{ has_value('data.snitch') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('dead_mans_snitch') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then ({{ text_at('data.snitch.name') }} || ' is ' || {{ text_at('data.snitch.status') }}) end as title,
    case variant when 'alert' then {{ text_at('data.snitch.notes') }} end as body,
    case variant when 'alert' then coalesce({{ severity_label_at('data.snitch.tags') }}, {{ text_at('data.snitch.status') }}) end as severity_value,
    case variant when 'alert' then {{ text_at('data.snitch.status') }} end as status_value,
    case variant when 'alert' then {{ text_at('data.snitch.name') }} end as service,
    case variant when 'alert' then {{ text_at('type') }} end as error_type,
    null::text as team,
    case variant when 'alert' then {{ tag_at('data.snitch.tags', 'env|environment') }} end as environment,
    null::text as external_url,
    case variant when 'alert' then {{ instant_at('timestamp') }} end as source_created_at,
    case variant when 'alert' then {{ instant_at('timestamp') }} end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('data.snitch.tags') }}, 'previous', {{ value_at('data.snitch.previous_status') }})) else '{}'::jsonb end as attributes
from variants
