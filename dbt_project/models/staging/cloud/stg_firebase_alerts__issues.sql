{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('firebase_alerts', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('data.createTime') }} and {{ has_value('data.payload') }}) then 'event with its attributes'
            when ({{ has_value('createTime') }} and {{ has_value('payload') }}) then 'event'
        end as variant
    from records

)

select
    {{ record_columns('firebase_alerts') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'event with its attributes' then coalesce({{ text_at('data.payload.issue.title') }}, ({{ text_at('data.payload.metricType') }} || ': ' || {{ text_at('data.payload.eventName') }}), {{ text_at('data.payload.eventName') }}, {{ text_at('data.payload.testerName') }}, {{ text_at('data.payload.text') }}, {{ text_at('alerttype') }}, nullif(substring({{ text_at('data.payload.@type') }} from '([^.]+)Payload$'), '')) when 'event' then coalesce({{ text_at('payload.issue.title') }}, ({{ text_at('payload.metricType') }} || ': ' || {{ text_at('payload.eventName') }}), {{ text_at('payload.eventName') }}, {{ text_at('payload.testerName') }}, {{ text_at('payload.text') }}, {{ text_at('alerttype') }}, nullif(substring({{ text_at('payload.@type') }} from '([^.]+)Payload$'), '')) end as title,
    case variant when 'event with its attributes' then nullif(concat_ws('
', {{ text_at('data.payload.issue.subtitle') }}, {{ text_at('data.payload.conditionType') }}, {{ text_at('data.payload.stackTrace') }}, {{ text_at('data.payload.text') }}), '') when 'event' then nullif(concat_ws('
', {{ text_at('payload.issue.subtitle') }}, {{ text_at('payload.conditionType') }}, {{ text_at('payload.stackTrace') }}, {{ text_at('payload.text') }}), '') end as body,
    case variant when 'event with its attributes' then coalesce({{ text_at('alerttype') }}, nullif(substring({{ text_at('data.payload.@type') }} from '([^.]+)Payload$'), '')) when 'event' then coalesce({{ text_at('alerttype') }}, nullif(substring({{ text_at('payload.@type') }} from '([^.]+)Payload$'), '')) end as severity_value,
    case variant when 'event with its attributes' then case when {{ has_value('data.payload.resolveTime') }} then 'resolved' else 'open' end when 'event' then case when {{ has_value('payload.resolveTime') }} then 'resolved' else 'open' end end as status_value,
    case variant when 'event with its attributes' then coalesce({{ text_at('appid') }}, {{ text_at('data.payload.appId') }}, {{ text_at('data.payload.issue.appVersion') }}, {{ text_at('data.payload.appVersion') }}) when 'event' then coalesce({{ text_at('appid') }}, {{ text_at('payload.appId') }}, {{ text_at('payload.issue.appVersion') }}, {{ text_at('payload.appVersion') }}) end as service,
    case variant when 'event with its attributes' then coalesce({{ text_at('alerttype') }}, nullif(substring({{ text_at('data.payload.@type') }} from '([^.]+)Payload$'), '')) when 'event' then coalesce({{ text_at('alerttype') }}, nullif(substring({{ text_at('payload.@type') }} from '([^.]+)Payload$'), '')) end as error_type,
    null::text as team,
    case variant when 'event with its attributes' then nullif(substring({{ text_at('source') }} from 'projects/([^/]+)'), '') when 'event' then nullif(substring({{ text_at('source') }} from 'projects/([^/]+)'), '') end as environment,
    case variant when 'event with its attributes' then coalesce({{ text_at('data.payload.investigateUri') }}, {{ text_at('data.payload.feedbackConsoleUri') }}) when 'event' then coalesce({{ text_at('payload.investigateUri') }}, {{ text_at('payload.feedbackConsoleUri') }}) end as external_url,
    case variant when 'event with its attributes' then {{ instant_at('data.createTime') }} when 'event' then {{ instant_at('createTime') }} end as source_created_at,
    case variant when 'event with its attributes' then coalesce({{ instant_at('data.payload.resolveTime') }}, {{ instant_at('data.endTime') }}) when 'event' then coalesce({{ instant_at('payload.resolveTime') }}, {{ instant_at('endTime') }}) end as resolved_at,
    case variant when 'event with its attributes' then jsonb_strip_nulls(jsonb_build_object('version', coalesce(nullif({{ value_at('data.payload.issue.appVersion') }}, 'null'), nullif({{ value_at('data.payload.appVersion') }}, 'null')), 'crash_percentage', {{ value_at('data.payload.crashPercentage') }})) when 'event' then jsonb_strip_nulls(jsonb_build_object('version', coalesce(nullif({{ value_at('payload.issue.appVersion') }}, 'null'), nullif({{ value_at('payload.appVersion') }}, 'null')), 'crash_percentage', {{ value_at('payload.crashPercentage') }})) else '{}'::jsonb end as attributes
from variants
