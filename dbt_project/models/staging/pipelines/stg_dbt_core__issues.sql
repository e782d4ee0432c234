{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('dbt_core', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('unique_id') }} and {{ has_value('status') }}) then 'node'
        end as variant
    from records

)

select
    {{ record_columns('dbt_core') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'node' then ({{ text_at('unique_id') }} || ': ' || {{ text_at('status') }}) end as title,
    case variant when 'node' then {{ text_at('message') }} end as body,
    case variant when 'node' then {{ text_at('status') }} end as severity_value,
    case variant when 'node' then {{ text_at('status') }} end as status_value,
    case variant when 'node' then coalesce(nullif(substring({{ text_at('unique_id') }} from '^[a-z_]+\.([^.]+)'), ''), {{ text_at('unique_id') }}) end as service,
    case variant when 'node' then nullif(substring({{ text_at('unique_id') }} from '^([a-z_]+)\.'), '') end as error_type,
    null::text as team,
    case variant when 'node' then {{ text_at('target') }} end as environment,
    null::text as external_url,
    case variant when 'node' then coalesce({{ instant_at('timing.0.started_at') }}, {{ instant_at('generated_at') }}) end as source_created_at,
    case variant when 'node' then coalesce({{ instant_at('timing.-1.completed_at') }}, {{ instant_at('generated_at') }}) end as resolved_at,
    case variant when 'node' then jsonb_strip_nulls(jsonb_build_object('node', {{ value_at('unique_id') }}, 'failures', {{ value_at('failures') }}, 'invocation', {{ value_at('invocation_id') }}, 'dbt_version', {{ value_at('dbt_version') }}, 'adapter', {{ value_at('adapter_response.code') }})) else '{}'::jsonb end as attributes
from variants
