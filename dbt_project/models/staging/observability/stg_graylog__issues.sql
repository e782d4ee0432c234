{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('graylog', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('check_result.triggered_condition') }} then 'alarm callback of version 2'
            when ({{ has_value('event.timestamp') }} and ({{ has_value('event.event_definition_id') }} or {{ has_value('event.priority') }})) then 'event with its definition'
            when ({{ has_value('timestamp') }} and ({{ has_value('event_definition_id') }} or {{ has_value('priority') }})) then 'event'
        end as variant
    from records

)

select
    {{ record_columns('graylog') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alarm callback of version 2' then coalesce({{ text_at('check_result.triggered_condition.title') }}, {{ text_at('check_result.result_description') }}) when 'event with its definition' then coalesce({{ text_at('event_definition_title') }}, {{ text_at('event.message') }}, {{ text_at('event.event_definition_title') }}) when 'event' then coalesce({{ text_at('event_definition_title') }}, {{ text_at('message') }}, {{ text_at('event_definition_title') }}) end as title,
    case variant when 'alarm callback of version 2' then nullif(coalesce({{ text_at('check_result.result_description') }}, {{ text_at('check_result.matching_messages.0.message') }}), {{ text_at('check_result.triggered_condition.title') }}) when 'event with its definition' then nullif(coalesce({{ text_at('event.message') }}, {{ text_at('event_definition_description') }}, {{ text_at('backlog.0.message') }}), coalesce({{ text_at('event_definition_title') }}, {{ text_at('event.message') }}, {{ text_at('event.event_definition_title') }})) when 'event' then nullif(coalesce({{ text_at('message') }}, {{ text_at('event_definition_description') }}, {{ text_at('backlog.0.message') }}), coalesce({{ text_at('event_definition_title') }}, {{ text_at('message') }}, {{ text_at('event_definition_title') }})) end as body,
    case variant when 'event with its definition' then case when case when {{ text_at('event.priority') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('event.priority') }})::numeric end >= 4 then 'critical' when case when {{ text_at('event.priority') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('event.priority') }})::numeric end >= 3 then 'high' when case when {{ text_at('event.priority') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('event.priority') }})::numeric end >= 2 then 'normal' when case when {{ text_at('event.priority') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('event.priority') }})::numeric end >= 0 then 'low' end when 'event' then case when case when {{ text_at('priority') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('priority') }})::numeric end >= 4 then 'critical' when case when {{ text_at('priority') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('priority') }})::numeric end >= 3 then 'high' when case when {{ text_at('priority') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('priority') }})::numeric end >= 2 then 'normal' when case when {{ text_at('priority') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('priority') }})::numeric end >= 0 then 'low' end end as severity_value,
    case variant when 'alarm callback of version 2' then 'alert' when 'event with its definition' then 'alert' when 'event' then 'alert' end as status_value,
    case variant when 'alarm callback of version 2' then coalesce({{ text_at('stream.title') }}, {{ text_at('check_result.matching_messages.0.source') }}) when 'event with its definition' then coalesce({{ text_at('event.fields.service') }}, {{ text_at('event.fields.application_name') }}, {{ text_at('event.group_by_fields.service') }}, {{ text_at('event.group_by_fields.application_name') }}, {{ text_at('backlog.0.fields.application_name') }}, {{ text_at('event.source') }}) when 'event' then coalesce({{ text_at('fields.service') }}, {{ text_at('fields.application_name') }}, {{ text_at('group_by_fields.service') }}, {{ text_at('group_by_fields.application_name') }}, {{ text_at('backlog.0.fields.application_name') }}, {{ text_at('source') }}) end as service,
    case variant when 'alarm callback of version 2' then coalesce({{ text_at('check_result.triggered_condition.type') }}, {{ text_at('check_result.triggered_condition.type_string') }}) when 'event with its definition' then coalesce({{ text_at('event.event_definition_type') }}, {{ text_at('event_definition_type') }}) when 'event' then coalesce({{ text_at('event_definition_type') }}, {{ text_at('event_definition_type') }}) end as error_type,
    case variant when 'event with its definition' then {{ text_at('event.fields.team') }} when 'event' then {{ text_at('fields.team') }} end as team,
    case variant when 'alarm callback of version 2' then {{ text_at('check_result.matching_messages.0.fields.environment') }} when 'event with its definition' then coalesce({{ text_at('event.fields.environment') }}, {{ text_at('event.fields.env') }}, {{ text_at('backlog.0.fields.environment') }}) when 'event' then coalesce({{ text_at('fields.environment') }}, {{ text_at('fields.env') }}, {{ text_at('backlog.0.fields.environment') }}) end as environment,
    null::text as external_url,
    case variant when 'alarm callback of version 2' then {{ instant_at('check_result.triggered_at') }} when 'event with its definition' then {{ instant_at('event.timestamp') }} when 'event' then {{ instant_at('timestamp') }} end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'alarm callback of version 2' then jsonb_strip_nulls(jsonb_build_object('stream', {{ value_at('stream.id') }}, 'condition', {{ value_at('check_result.triggered_condition.id') }})) when 'event with its definition' then jsonb_strip_nulls(jsonb_build_object('definition', {{ value_at('event.event_definition_id') }}, 'key', {{ value_at('event.key') }}, 'query', {{ value_at('event.replay_info.query') }})) when 'event' then jsonb_strip_nulls(jsonb_build_object('definition', {{ value_at('event_definition_id') }}, 'key', {{ value_at('key') }}, 'query', {{ value_at('replay_info.query') }})) else '{}'::jsonb end as attributes
from variants
