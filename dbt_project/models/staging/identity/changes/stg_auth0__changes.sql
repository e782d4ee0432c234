{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('auth0', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('data.type') }} and {{ has_value('data.date') }}) then 'streamed management call'
            when ({{ has_value('type') }} and {{ has_value('date') }}) then 'management call'
        end as variant
    from records

)

select
    {{ record_columns('auth0') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'streamed management call' then 'config_change' when 'management call' then 'config_change' end as change_kind,
    case variant when 'streamed management call' then coalesce({{ text_at('data.description') }}, ('Auth0 event ' || {{ text_at('data.type') }})) when 'management call' then coalesce({{ text_at('description') }}, ('Auth0 event ' || {{ text_at('type') }})) end as title,
    case variant when 'streamed management call' then coalesce({{ text_at('data.client_name') }}, {{ text_at('data.client_id') }}) when 'management call' then coalesce({{ text_at('client_name') }}, {{ text_at('client_id') }}) end as service,
    case variant when 'streamed management call' then coalesce({{ text_at('data.environment_name') }}, {{ text_at('data.tenant_name') }}) when 'management call' then coalesce({{ text_at('environment_name') }}, {{ text_at('tenant_name') }}) end as environment,
    null::text as external_url,
    case variant when 'streamed management call' then {{ instant_at('data.date') }} when 'management call' then {{ instant_at('date') }} end as changed_at
from variants
