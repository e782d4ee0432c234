{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('honeybadger', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('fault.klass') }} and ({{ has_value('fault.id') }} or {{ has_value('fault.resolved') }})) then 'webhook of a fault'
            when ({{ has_value('event') }} and ({{ has_value('site') }} or {{ has_value('outage') }})) then 'webhook of an uptime check'
            when ({{ has_value('event') }} and {{ has_value('check_in') }}) then 'webhook of a check-in'
            when ({{ has_value('event') }} and {{ has_value('alarm') }}) then 'webhook of an alarm'
            when ({{ has_value('klass') }} and ({{ has_value('id') }} or {{ has_value('resolved') }})) then 'fault'
        end as variant
    from records

)

select
    {{ record_columns('honeybadger') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook of a fault' then coalesce(({{ text_at('fault.klass') }} || ': ' || {{ text_at('fault.message') }}), {{ text_at('fault.klass') }}) when 'webhook of an uptime check' then coalesce({{ text_at('message') }}, ({{ text_at('site.name') }} || ' is ' || {{ text_at('event') }})) when 'webhook of a check-in' then coalesce({{ text_at('message') }}, {{ text_at('check_in.name') }}) when 'webhook of an alarm' then coalesce({{ text_at('message') }}, {{ text_at('alarm.name') }}) when 'fault' then coalesce(({{ text_at('klass') }} || ': ' || {{ text_at('message') }}), {{ text_at('klass') }}) end as title,
    case variant when 'webhook of a fault' then coalesce({{ text_at('fault.message') }}, {{ text_at('message') }}) when 'webhook of an uptime check' then coalesce({{ text_at('outage.reason') }}, {{ text_at('site.url') }}) when 'webhook of an alarm' then {{ text_at('alarm.description') }} when 'fault' then coalesce({{ text_at('message') }}, {{ text_at('message') }}) end as body,
    case variant when 'webhook of a fault' then {{ severity_label_at('fault.tags') }} when 'fault' then {{ severity_label_at('tags') }} end as severity_value,
    case variant when 'webhook of a fault' then case when coalesce(lower({{ text_at('fault.resolved') }}) in ('true'), false) then 'resolved' else case when coalesce(lower({{ text_at('fault.ignored') }}) in ('true'), false) then 'ignored' else 'unresolved' end end when 'webhook of an uptime check' then coalesce({{ text_at('event') }}, {{ text_at('site.state') }}) when 'webhook of a check-in' then coalesce({{ text_at('event') }}, {{ text_at('check_in.state') }}) when 'webhook of an alarm' then coalesce({{ text_at('event') }}, {{ text_at('alarm.state') }}) when 'fault' then case when coalesce(lower({{ text_at('resolved') }}) in ('true'), false) then 'resolved' else case when coalesce(lower({{ text_at('ignored') }}) in ('true'), false) then 'ignored' else 'unresolved' end end end as status_value,
    case variant when 'webhook of a fault' then coalesce({{ text_at('project.name') }}, {{ text_at('fault.project.name') }}, {{ text_at('fault.component') }}, {{ text_at('fault.project_id') }}) when 'webhook of an uptime check' then coalesce({{ text_at('site.name') }}, {{ text_at('project.name') }}) when 'webhook of a check-in' then coalesce({{ text_at('check_in.name') }}, {{ text_at('project.name') }}) when 'webhook of an alarm' then coalesce({{ text_at('project.name') }}, {{ text_at('alarm.name') }}) when 'fault' then coalesce({{ text_at('project.name') }}, {{ text_at('project.name') }}, {{ text_at('component') }}, {{ text_at('project_id') }}) end as service,
    case variant when 'webhook of a fault' then {{ text_at('fault.klass') }} when 'webhook of an uptime check' then case when {{ has_value('outage.status') }} then ('HTTP ' || {{ text_at('outage.status') }}) else 'uptime' end when 'webhook of a check-in' then 'check_in' when 'webhook of an alarm' then 'alarm' when 'fault' then {{ text_at('klass') }} end as error_type,
    case variant when 'webhook of a fault' then coalesce({{ text_at('fault.assignee.name') }}, {{ text_at('project.teams.0.name') }}) when 'fault' then coalesce({{ text_at('assignee.name') }}, {{ text_at('project.teams.0.name') }}) end as team,
    case variant when 'webhook of a fault' then {{ text_at('fault.environment') }} when 'webhook of an uptime check' then {{ text_at('project.environments.0.name') }} when 'fault' then {{ text_at('environment') }} end as environment,
    case variant when 'webhook of a fault' then {{ text_at('fault.url') }} when 'webhook of an uptime check' then coalesce({{ text_at('outage.details_url') }}, {{ text_at('site.details_url') }}, {{ text_at('site.url') }}) when 'webhook of a check-in' then coalesce({{ text_at('check_in.details_url') }}, {{ text_at('check_in.url') }}) when 'webhook of an alarm' then coalesce({{ text_at('alarm.url') }}, {{ text_at('alarm.details_url') }}) when 'fault' then {{ text_at('url') }} end as external_url,
    case variant when 'webhook of a fault' then {{ instant_at('fault.created_at') }} when 'webhook of an uptime check' then coalesce({{ instant_at('outage.down_at') }}, {{ instant_at('site.last_checked_at') }}) when 'webhook of a check-in' then coalesce({{ instant_at('check_in.missed_at') }}, {{ instant_at('check_in.expected_at') }}, {{ instant_at('check_in.reported_at') }}) when 'webhook of an alarm' then coalesce({{ instant_at('trigger.triggered_at') }}, {{ instant_at('alarm.updated_at') }}, {{ instant_at('alarm.created_at') }}) when 'fault' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'webhook of a fault' then {{ instant_at('fault.last_notice_at') }} when 'webhook of an uptime check' then coalesce({{ instant_at('outage.up_at') }}, {{ instant_at('site.last_checked_at') }}) when 'webhook of a check-in' then {{ instant_at('check_in.reported_at') }} when 'webhook of an alarm' then coalesce({{ instant_at('trigger.recovered_at') }}, {{ instant_at('alarm.updated_at') }}) when 'fault' then {{ instant_at('last_notice_at') }} end as resolved_at,
    case variant when 'webhook of a fault' then jsonb_strip_nulls(jsonb_build_object('component', {{ value_at('fault.component') }}, 'action', {{ value_at('fault.action') }}, 'notices', {{ value_at('fault.notices_count') }}, 'event', {{ value_at('event') }})) when 'webhook of an uptime check' then jsonb_strip_nulls(jsonb_build_object('site', {{ value_at('site.url') }}, 'project', {{ value_at('project.name') }})) when 'webhook of a check-in' then jsonb_strip_nulls(jsonb_build_object('project', {{ value_at('project.name') }}, 'schedule', {{ value_at('check_in.schedule_type') }})) when 'fault' then jsonb_strip_nulls(jsonb_build_object('component', {{ value_at('component') }}, 'action', {{ value_at('action') }}, 'notices', {{ value_at('notices_count') }}, 'event', {{ value_at('event') }})) else '{}'::jsonb end as attributes
from variants
