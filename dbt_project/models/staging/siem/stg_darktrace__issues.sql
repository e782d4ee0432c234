{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('darktrace', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('pbid') }} and ({{ has_value('model') }} or {{ has_value('score') }})) then 'model breach'
            when ({{ has_value('title') }} and ({{ has_value('summary') }} or {{ has_value('aiaScore') }} or {{ has_value('groupId') }})) then 'AI Analyst incident event'
        end as variant
    from records

)

select
    {{ record_columns('darktrace') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'model breach' then coalesce({{ text_at('model.now.name') }}, {{ text_at('model.then.name') }}, {{ text_at('model.name') }}, {{ text_at('modelName') }}) when 'AI Analyst incident event' then {{ text_at('title') }} end as title,
    case variant when 'model breach' then coalesce({{ text_at('model.now.description') }}, {{ text_at('model.then.description') }}, {{ text_at('model.description') }}) when 'AI Analyst incident event' then {{ text_at('summary') }} end as body,
    case variant when 'model breach' then coalesce({{ text_at('model.now.category') }}, {{ text_at('model.category') }}, case when case when {{ text_at('score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('score') }})::numeric end >= 0.8 then 'critical' when case when {{ text_at('score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('score') }})::numeric end >= 0.6 then 'high' when case when {{ text_at('score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('score') }})::numeric end >= 0.4 then 'medium' when case when {{ text_at('score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('score') }})::numeric end >= 0 then 'low' end) when 'AI Analyst incident event' then coalesce({{ text_at('groupCategory') }}, {{ text_at('category') }}, case when case when coalesce({{ text_at('groupScore') }}, {{ text_at('aiaScore') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('groupScore') }}, {{ text_at('aiaScore') }}))::numeric end >= 80 then 'critical' when case when coalesce({{ text_at('groupScore') }}, {{ text_at('aiaScore') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('groupScore') }}, {{ text_at('aiaScore') }}))::numeric end >= 60 then 'high' when case when coalesce({{ text_at('groupScore') }}, {{ text_at('aiaScore') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('groupScore') }}, {{ text_at('aiaScore') }}))::numeric end >= 40 then 'medium' when case when coalesce({{ text_at('groupScore') }}, {{ text_at('aiaScore') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('groupScore') }}, {{ text_at('aiaScore') }}))::numeric end >= 0 then 'low' end) end as severity_value,
    case variant when 'model breach' then case when ({{ has_value('acknowledged.time') }} or coalesce(lower({{ text_at('acknowledged') }}) in ('true'), false)) then 'acknowledged' else 'unacknowledged' end when 'AI Analyst incident event' then case when coalesce(lower({{ text_at('acknowledged') }}) in ('true'), false) then 'acknowledged' else 'unacknowledged' end end as status_value,
    case variant when 'model breach' then coalesce({{ text_at('device.hostname') }}, {{ text_at('device.devicelabel') }}, {{ text_at('device.ip') }}, {{ text_at('breachDevices.0.hostname') }}) when 'AI Analyst incident event' then coalesce({{ text_at('breachDevices.0.hostname') }}, {{ text_at('breachDevices.0.identifier') }}, {{ text_at('breachDevices.0.ip') }}) end as service,
    case variant when 'model breach' then coalesce({{ text_at('model.now.mitre.techniques.0') }}, {{ text_at('mitreTechniques.0.techniqueID') }}, {{ text_at('model.now.name') }}, {{ text_at('model.name') }}) when 'AI Analyst incident event' then coalesce({{ text_at('mitreTactics.0') }}, {{ text_at('attackPhases.0') }}, {{ text_at('category') }}) end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'model breach' then {{ text_at('breachUrl') }} when 'AI Analyst incident event' then {{ text_at('incidentEventUrl') }} end as external_url,
    case variant when 'model breach' then coalesce({{ milliseconds_at('creationTime') }}, {{ milliseconds_at('time') }}) when 'AI Analyst incident event' then coalesce({{ milliseconds_at('createdAt') }}, {{ milliseconds_at('periods.0.start') }}) end as source_created_at,
    case variant when 'model breach' then coalesce({{ milliseconds_at('acknowledged.time') }}, {{ milliseconds_at('time') }}) end as resolved_at,
    case variant when 'model breach' then jsonb_strip_nulls(jsonb_build_object('score', {{ value_at('score') }}, 'comments', {{ value_at('commentCount') }}, 'device', {{ value_at('device.did') }})) when 'AI Analyst incident event' then jsonb_strip_nulls(jsonb_build_object('group', coalesce(nullif({{ value_at('groupId') }}, 'null'), nullif({{ value_at('currentGroup') }}, 'null')), 'score', {{ value_at('aiaScore') }})) else '{}'::jsonb end as attributes
from variants
