{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('pagerduty', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('summary') }} and {{ has_value('timestamp') }}) then 'change event'
        end as variant
    from records

)

select
    {{ record_columns('pagerduty') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'change event' then case when coalesce({{ text_at('summary') }} ~* '\yfeature.?flag|\yflag\y', false) then 'feature_flag' else case when coalesce({{ text_at('summary') }} ~* '\yconfig', false) then 'config_change' else case when coalesce({{ text_at('summary') }} ~* '\ydeploy|\yroll(ed)?.?(out|back)', false) then 'deploy' else case when coalesce({{ text_at('summary') }} ~* '\yrelease', false) then 'release' else null::text end end end end end as change_kind,
    case variant when 'change event' then {{ text_at('summary') }} end as title,
    case variant when 'change event' then coalesce({{ text_at('services.0.summary') }}, {{ text_at('services.0.name') }}) end as service,
    case variant when 'change event' then coalesce({{ text_at('custom_details.environment') }}, {{ text_at('custom_details.env') }}) end as environment,
    case variant when 'change event' then coalesce({{ text_at('links.0.href') }}, {{ text_at('html_url') }}) end as external_url,
    case variant when 'change event' then {{ instant_at('timestamp') }} end as changed_at
from variants
