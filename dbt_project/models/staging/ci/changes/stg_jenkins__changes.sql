{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('jenkins', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('build.full_url') }} and {{ has_value('name') }}) then 'deploying notification'
            when ({{ has_value('url') }} and {{ has_value('timestamp') }} and {{ has_value('result') }}) then 'deploying build'
        end as variant
    from records

)

select
    {{ record_columns('jenkins') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deploying notification' then 'deploy' when 'deploying build' then 'deploy' end as change_kind,
    case variant when 'deploying notification' then ({{ text_at('name') }} || ' #' || {{ text_at('build.number') }}) when 'deploying build' then coalesce({{ text_at('fullDisplayName') }}, {{ text_at('displayName') }}) end as title,
    case variant when 'deploying notification' then {{ text_at('name') }} when 'deploying build' then coalesce(nullif(substring({{ text_at('fullDisplayName') }} from '^(.*\S)\s+#\d+$'), ''), nullif(substring({{ text_at('url') }} from '/job/([^/]+)/\d+/?$'), '')) end as service,
    case variant when 'deploying notification' then coalesce({{ text_at('build.parameters.environment') }}, {{ text_at('build.parameters.ENVIRONMENT') }}) end as environment,
    case variant when 'deploying notification' then {{ text_at('build.full_url') }} when 'deploying build' then {{ text_at('url') }} end as external_url,
    case variant when 'deploying notification' then {{ milliseconds_at('build.timestamp') }} when 'deploying build' then {{ milliseconds_at('timestamp') }} end as changed_at
from variants
