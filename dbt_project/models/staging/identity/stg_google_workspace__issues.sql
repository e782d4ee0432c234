{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('google_workspace', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('alertId') }} and {{ has_value('type') }}) then 'alert'
            when {{ has_value('events.0.name') }} then 'activity'
            when ({{ has_value('id.applicationName') }} and {{ has_value('name') }}) then 'activity of a log export'
        end as variant
    from records

)

select
    {{ record_columns('google_workspace') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then {{ text_at('type') }} when 'activity' then nullif(concat_ws(': ', {{ text_at('id.applicationName') }}, {{ text_at('events.0.name') }}), '') when 'activity of a log export' then nullif(concat_ws(': ', {{ text_at('id.applicationName') }}, {{ text_at('name') }}), '') end as title,
    case variant when 'alert' then coalesce({{ text_at('data.description') }}, {{ text_at('data.title') }}, {{ text_at('data.messages.0.subjectText') }}) end as body,
    case variant when 'alert' then {{ text_at('metadata.severity') }} when 'activity' then {{ text_at('events.0.name') }} when 'activity of a log export' then {{ text_at('name') }} end as severity_value,
    case variant when 'alert' then {{ text_at('metadata.status') }} when 'activity' then 'failed' when 'activity of a log export' then 'failed' end as status_value,
    case variant when 'alert' then {{ text_at('source') }} when 'activity' then {{ text_at('id.applicationName') }} when 'activity of a log export' then {{ text_at('id.applicationName') }} end as service,
    case variant when 'alert' then {{ text_at('type') }} when 'activity' then {{ text_at('events.0.name') }} when 'activity of a log export' then {{ text_at('name') }} end as error_type,
    case variant when 'alert' then {{ text_at('metadata.assignee') }} end as team,
    null::text as environment,
    case variant when 'alert' then coalesce({{ text_at('securityInvestigationToolLink') }}, {{ text_at('data.alertDetails.link') }}) end as external_url,
    case variant when 'alert' then coalesce({{ instant_at('createTime') }}, {{ instant_at('startTime') }}) when 'activity' then {{ instant_at('id.time') }} when 'activity of a log export' then {{ instant_at('id.time') }} end as source_created_at,
    case variant when 'alert' then coalesce({{ instant_at('endTime') }}, {{ instant_at('updateTime') }}) end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('data', {{ value_at('data') }}, 'feedback', {{ value_at('data.actorEmail') }})) when 'activity' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('actor.email') }}, 'ip', {{ value_at('ipAddress') }})) when 'activity of a log export' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('actor.email') }}, 'ip', {{ value_at('ipAddress') }})) else '{}'::jsonb end as attributes
from variants
