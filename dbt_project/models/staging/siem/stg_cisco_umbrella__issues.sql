{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('cisco_umbrella', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('timestamp') }} and ({{ has_value('domain') }} or {{ has_value('url') }} or {{ has_value('destinationip') }})) then 'blocked request'
        end as variant
    from records

)

select
    {{ record_columns('cisco_umbrella') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'blocked request' then nullif(concat_ws(' ', 'Blocked:', coalesce({{ text_at('domain') }}, {{ text_at('url') }}, {{ text_at('destinationip') }})), '') end as title,
    case variant when 'blocked request' then coalesce({{ text_at('threats.0.label') }}, {{ text_at('blockedcategories') }}, {{ text_at('policycategories.0.label') }}) end as body,
    case variant when 'blocked request' then coalesce({{ text_at('threats.0.type') }}, 'blocked') end as severity_value,
    case variant when 'blocked request' then coalesce({{ text_at('verdict') }}, {{ text_at('action') }}) end as status_value,
    case variant when 'blocked request' then coalesce({{ text_at('identities.0.label') }}, {{ text_at('policyIdentity') }}, {{ text_at('internalIp') }}, {{ text_at('internalip') }}) end as service,
    case variant when 'blocked request' then coalesce({{ text_at('threats.0.label') }}, {{ text_at('categories.0.label') }}, {{ text_at('categories.0') }}, {{ text_at('querytype') }}, {{ text_at('queryType') }}) end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'blocked request' then coalesce({{ milliseconds_at('timestamp') }}, {{ instant_at('timestamp') }}) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'blocked request' then jsonb_strip_nulls(jsonb_build_object('categories', {{ value_at('categories') }}, 'external_ip', coalesce(nullif({{ value_at('externalIp') }}, 'null'), nullif({{ value_at('externalip') }}, 'null')), 'response', coalesce(nullif({{ value_at('responseCode') }}, 'null'), nullif({{ value_at('returncode') }}, 'null')))) else '{}'::jsonb end as attributes
from variants
