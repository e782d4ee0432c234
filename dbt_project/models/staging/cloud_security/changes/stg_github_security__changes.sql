{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('github_security', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('action') }} and ({{ has_value('_document_id') }} or {{ has_value('actor') }})) then 'audit event'
        end as variant
    from records

)

select
    {{ record_columns('github_security') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'audit event' then 'config_change' end as change_kind,
    case variant when 'audit event' then nullif(concat_ws(' · ', {{ text_at('action') }}, nullif(substring({{ text_at('repo') }} from '[^/]+$'), '')), '') end as title,
    case variant when 'audit event' then coalesce(nullif(substring({{ text_at('repo') }} from '[^/]+$'), ''), {{ text_at('org') }}, {{ text_at('business') }}) end as service,
    null::text as environment,
    null::text as external_url,
    case variant when 'audit event' then coalesce({{ milliseconds_at('created_at') }}, {{ milliseconds_at('@timestamp') }}, {{ instant_at('created_at') }}, {{ instant_at('at_sign_timestamp') }}, {{ instant_at('@timestamp') }}) end as changed_at
from variants
