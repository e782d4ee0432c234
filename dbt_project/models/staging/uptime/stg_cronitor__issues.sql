{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('cronitor', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('monitor') }} and {{ has_value('type') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('cronitor') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then coalesce(({{ text_at('monitor') }} || ': ' || {{ text_at('description') }}), ({{ text_at('monitor') }} || ': ' || {{ text_at('type') }})) end as title,
    case variant when 'alert' then coalesce({{ text_at('description') }}, {{ text_at('issue') }}) end as body,
    case variant when 'alert' then coalesce({{ text_at('severity') }}, {{ text_at('type') }}) end as severity_value,
    case variant when 'alert' then {{ text_at('type') }} end as status_value,
    case variant when 'alert' then {{ text_at('monitor') }} end as service,
    case variant when 'alert' then {{ text_at('rule') }} end as error_type,
    case variant when 'alert' then {{ text_at('group') }} end as team,
    case variant when 'alert' then {{ text_at('environment') }} end as environment,
    case variant when 'alert' then coalesce({{ text_at('issue_url') }}, {{ text_at('monitor_url') }}) end as external_url,
    null::timestamptz as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('rule', {{ value_at('rule') }})) else '{}'::jsonb end as attributes
from variants
