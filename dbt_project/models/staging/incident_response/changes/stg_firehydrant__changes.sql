{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('firehydrant', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('summary') }} and {{ has_value('starts_at') }} and not {{ has_value('status') }}) then 'change event'
        end as variant
    from records

)

select
    {{ record_columns('firehydrant') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'change event' then case when coalesce({{ text_at('summary') }} ~* '\yflag\y', false) then 'feature_flag' else case when coalesce({{ text_at('summary') }} ~* '\ydeploy|\yroll(ed)?.?(out|back)', false) then 'deploy' else case when coalesce({{ text_at('summary') }} ~* '\yrelease', false) then 'release' else null::text end end end end as change_kind,
    case variant when 'change event' then {{ text_at('summary') }} end as title,
    case variant when 'change event' then {{ text_at('services.0.name') }} end as service,
    case variant when 'change event' then {{ text_at('environments.0.name') }} end as environment,
    case variant when 'change event' then coalesce({{ text_at('attachments.0.href_url') }}, {{ text_at('external_url') }}) end as external_url,
    case variant when 'change event' then coalesce({{ instant_at('starts_at') }}, {{ instant_at('ends_at') }}) end as changed_at
from variants
