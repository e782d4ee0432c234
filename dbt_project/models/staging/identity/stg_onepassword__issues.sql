{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('onepassword', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('uuid') }} and {{ has_value('category') }} and ({{ has_value('target_user') }} or {{ has_value('client') }})) then 'sign-in attempt'
        end as variant
    from records

)

select
    {{ record_columns('onepassword') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'sign-in attempt' then nullif(concat_ws(' ', '1Password sign-in', nullif(concat_ws(': ', {{ text_at('category') }}, {{ text_at('type') }}), '')), '') end as title,
    case variant when 'sign-in attempt' then {{ text_at('details.value') }} end as body,
    case variant when 'sign-in attempt' then {{ text_at('category') }} end as severity_value,
    case variant when 'sign-in attempt' then {{ text_at('category') }} end as status_value,
    case variant when 'sign-in attempt' then {{ text_at('client.app_name') }} end as service,
    case variant when 'sign-in attempt' then {{ text_at('type') }} end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'sign-in attempt' then {{ instant_at('timestamp') }} end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'sign-in attempt' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('target_user.email') }}, 'country', {{ value_at('country') }}, 'ip', {{ value_at('client.ip_address') }}, 'platform', {{ value_at('client.platform_name') }})) else '{}'::jsonb end as attributes
from variants
