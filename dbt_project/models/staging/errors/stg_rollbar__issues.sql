{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('rollbar', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('data.item.title') }} and ({{ has_value('data.item.level') }} or {{ has_value('data.item.counter') }})) then 'webhook'
            when ({{ has_value('title') }} and ({{ has_value('level') }} or {{ has_value('counter') }})) then 'item'
        end as variant
    from records

)

select
    {{ record_columns('rollbar') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then {{ text_at('data.item.title') }} when 'item' then {{ text_at('title') }} end as title,
    case variant when 'webhook' then coalesce({{ text_at('data.item.last_occurrence.body.trace.exception.message') }}, {{ text_at('data.item.last_occurrence.body.trace_chain.0.exception.message') }}, {{ text_at('data.item.last_occurrence.body.message.body') }}, {{ text_at('data.occurrence.body.trace.exception.message') }}, {{ text_at('data.occurrence.body.message.body') }}) when 'item' then coalesce({{ text_at('last_occurrence.body.trace.exception.message') }}, {{ text_at('last_occurrence.body.trace_chain.0.exception.message') }}, {{ text_at('last_occurrence.body.message.body') }}, {{ text_at('data.occurrence.body.trace.exception.message') }}, {{ text_at('data.occurrence.body.message.body') }}) end as body,
    case variant when 'webhook' then coalesce({{ text_at('data.item.last_occurrence.level') }}, {{ text_at('data.item.level') }}, {{ text_at('data.occurrence.level') }}) when 'item' then coalesce({{ text_at('last_occurrence.level') }}, {{ text_at('level') }}, {{ text_at('data.occurrence.level') }}) end as severity_value,
    case variant when 'webhook' then case when coalesce(lower({{ text_at('event_name') }}) in ('resolved_item'), false) then 'resolved' else case when coalesce(lower({{ text_at('event_name') }}) in ('new_item', 'reactivated_item', 'reopened_item', 'occurrence'), false) then 'active' else coalesce({{ text_at('data.item.status') }}, {{ text_at('data.item.group_status') }}) end end when 'item' then coalesce({{ text_at('status') }}, {{ text_at('group_status') }}) end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('data.item.last_occurrence.server.root') }}, {{ text_at('data.item.project.name') }}, {{ text_at('data.item.project_name') }}, {{ text_at('data.item.project_id') }}) when 'item' then coalesce({{ text_at('last_occurrence.server.root') }}, {{ text_at('project.name') }}, {{ text_at('project_name') }}, {{ text_at('project_id') }}) end as service,
    case variant when 'webhook' then coalesce({{ text_at('data.item.last_occurrence.body.trace.exception.class') }}, {{ text_at('data.item.last_occurrence.body.trace_chain.0.exception.class') }}, nullif(substring({{ text_at('data.item.title') }} from '^([A-Za-z_][A-Za-z0-9_.:]*(?:Error|Exception|Fault|Warning)):'), ''), {{ text_at('data.item.framework') }}) when 'item' then coalesce({{ text_at('last_occurrence.body.trace.exception.class') }}, {{ text_at('last_occurrence.body.trace_chain.0.exception.class') }}, nullif(substring({{ text_at('title') }} from '^([A-Za-z_][A-Za-z0-9_.:]*(?:Error|Exception|Fault|Warning)):'), ''), {{ text_at('framework') }}) end as error_type,
    case variant when 'webhook' then coalesce({{ text_at('data.item.assigned_user.username') }}, {{ text_at('data.item.assigned_user_id') }}) when 'item' then coalesce({{ text_at('assigned_user.username') }}, {{ text_at('assigned_user_id') }}) end as team,
    case variant when 'webhook' then coalesce({{ text_at('data.item.environment') }}, {{ text_at('data.item.last_occurrence.environment') }}) when 'item' then coalesce({{ text_at('environment') }}, {{ text_at('last_occurrence.environment') }}) end as environment,
    case variant when 'webhook' then coalesce({{ text_at('data.url') }}, {{ text_at('data.item.url') }}) when 'item' then coalesce({{ text_at('data.url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'webhook' then {{ seconds_at('data.item.first_occurrence_timestamp') }} when 'item' then {{ seconds_at('first_occurrence_timestamp') }} end as source_created_at,
    case variant when 'webhook' then coalesce({{ seconds_at('data.item.last_resolved_timestamp') }}, {{ seconds_at('data.item.last_occurrence_timestamp') }}) when 'item' then coalesce({{ seconds_at('last_resolved_timestamp') }}, {{ seconds_at('last_occurrence_timestamp') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('counter', {{ value_at('data.item.counter') }}, 'occurrences', {{ value_at('data.item.total_occurrences') }}, 'platform', {{ value_at('data.item.platform') }}, 'version', {{ value_at('data.item.resolved_in_version') }})) when 'item' then jsonb_strip_nulls(jsonb_build_object('counter', {{ value_at('counter') }}, 'occurrences', {{ value_at('total_occurrences') }}, 'platform', {{ value_at('platform') }}, 'version', {{ value_at('resolved_in_version') }})) else '{}'::jsonb end as attributes
from variants
