{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('statuscake', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('Status') }} and ({{ has_value('Name') }} or {{ has_value('URL') }})) then 'webhook'
            when ({{ has_value('triggered_at') }} and {{ has_value('status') }}) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('statuscake') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then coalesce(({{ text_at('Name') }} || ' is ' || {{ text_at('Status') }}), ({{ text_at('URL') }} || ' is ' || {{ text_at('Status') }})) when 'alert' then coalesce(({{ text_at('name') }} || ' is ' || {{ text_at('status') }}), ('Test ' || {{ text_at('test_id') }} || ' is ' || {{ text_at('status') }}), ('Test is ' || {{ text_at('status') }})) end as title,
    null::text as body,
    case variant when 'webhook' then {{ text_at('Status') }} when 'alert' then {{ text_at('status') }} end as severity_value,
    case variant when 'webhook' then {{ text_at('Status') }} when 'alert' then {{ text_at('status') }} end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('Name') }}, {{ text_at('URL') }}) when 'alert' then coalesce({{ text_at('name') }}, {{ text_at('test_id') }}) end as service,
    case variant when 'webhook' then ('HTTP ' || {{ text_at('StatusCode') }}) when 'alert' then coalesce(('HTTP ' || {{ text_at('status_code') }}), 'uptime') end as error_type,
    null::text as team,
    case variant when 'webhook' then coalesce({{ tag_at('Tags', 'env|environment') }}, {{ text_at('Tags') }}) end as environment,
    case variant when 'webhook' then {{ text_at('URL') }} end as external_url,
    case variant when 'alert' then {{ instant_at('triggered_at') }} end as source_created_at,
    case variant when 'alert' then {{ instant_at('triggered_at') }} end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('method', {{ value_at('Method') }}, 'status_code', {{ value_at('StatusCode') }})) else '{}'::jsonb end as attributes
from variants
