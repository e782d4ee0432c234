{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('jira_service_management', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('event') and ({{ has_value('message') }} and {{ has_value('action') }})) then 'alert webhook'
            when (kind in ('alert') and ({{ has_value('message') }} and {{ has_value('tinyId') }} and {{ has_value('status') }})) then 'alert'
            when ({{ has_value('issueKey') }} and {{ has_value('currentStatus') }}) then 'customer request'
            when ({{ has_value('fields.summary') }} and {{ has_value('key') }}) then 'issue'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('jira_service_management') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert webhook' then {{ text_at('message') }} when 'alert' then {{ text_at('message') }} when 'customer request' then coalesce({{ text_at('summary') }}, {{ element_at('requestFieldValues', 'fieldId', 'summary', 'value') }}, ({{ text_at('requestType.name') }} || ' ' || {{ text_at('issueKey') }})) when 'issue' then {{ text_at('fields.summary') }} end as title,
    case variant when 'alert webhook' then nullif({{ text_at('description') }}, {{ text_at('message') }}) when 'alert' then nullif({{ text_at('description') }}, {{ text_at('message') }}) when 'customer request' then coalesce({{ text_at('description') }}, {{ element_at('requestFieldValues', 'fieldId', 'description', 'value') }}) when 'issue' then {{ document_at('fields.description') }} end as body,
    case variant when 'alert webhook' then {{ text_at('priority') }} when 'alert' then {{ text_at('priority') }} when 'customer request' then coalesce({{ element_at('requestFieldValues', 'fieldId', 'priority', 'value.name') }}, {{ text_at('priority.name') }}, {{ text_at('priority') }}) when 'issue' then coalesce({{ text_at('fields.priority.name') }}, {{ text_at('fields.priority') }}) end as severity_value,
    case variant when 'alert webhook' then case when coalesce(lower({{ text_at('action') }}) in ('create', 'acknowledge', 'unacknowledge', 'close', 'delete', 'snooze', 'snoozeended'), false) then {{ text_at('action') }} else null::text end when 'alert' then case when (coalesce(lower({{ text_at('status') }}) in ('open'), false) and coalesce(lower({{ text_at('acknowledged') }}) in ('true'), false)) then 'acknowledged' else {{ text_at('status') }} end when 'customer request' then coalesce({{ text_at('currentStatus.statusCategory') }}, {{ text_at('currentStatus.status') }}) when 'issue' then coalesce({{ text_at('fields.status.statusCategory.key') }}, {{ text_at('fields.status.name') }}) end as status_value,
    case variant when 'alert webhook' then coalesce({{ text_at('details.service') }}, {{ tag_at('tags', 'service|svc') }}, {{ text_at('entity') }}) when 'alert' then coalesce({{ text_at('details.service') }}, {{ text_at('extraProperties.service') }}, {{ tag_at('tags', 'service|svc') }}, {{ text_at('entity') }}) when 'customer request' then coalesce({{ element_at('requestFieldValues', 'fieldId', 'components', 'value.0.name') }}, {{ text_at('serviceDesk.projectName') }}) when 'issue' then coalesce({{ text_at('fields.components.0.name') }}, {{ tag_at('fields.labels', 'service|svc') }}, {{ text_at('fields.project.name') }}) end as service,
    case variant when 'customer request' then {{ text_at('requestType.name') }} when 'issue' then coalesce({{ text_at('fields.issuetype.name') }}, {{ text_at('fields.issueType.name') }}) end as error_type,
    case variant when 'alert webhook' then coalesce({{ text_at('teams.0.name') }}, {{ text_at('teams.0') }}, {{ element_at('responders', 'type', 'team', 'name') }}, {{ tag_at('tags', 'team') }}) when 'alert' then coalesce({{ element_at('responders', 'type', 'team', 'name') }}, {{ tag_at('tags', 'team') }}) when 'issue' then {{ tag_at('fields.labels', 'team') }} end as team,
    case variant when 'alert webhook' then coalesce({{ text_at('details.environment') }}, {{ tag_at('tags', 'env|environment') }}) when 'alert' then coalesce({{ text_at('details.environment') }}, {{ text_at('extraProperties.environment') }}, {{ tag_at('tags', 'env|environment') }}) when 'customer request' then {{ element_at('requestFieldValues', 'fieldId', 'environment', 'value') }} when 'issue' then coalesce({{ document_at('fields.environment') }}, {{ tag_at('fields.labels', 'env|environment') }}) end as environment,
    case variant when 'alert webhook' then {{ text_at('links.web') }} when 'alert' then {{ text_at('links.web') }} when 'customer request' then coalesce({{ text_at('_links.web') }}, ('https://' || nullif(config ->> 'site', '') || '.atlassian.net/browse/' || {{ text_at('issueKey') }})) when 'issue' then ('https://' || nullif(config ->> 'site', '') || '.atlassian.net/browse/' || {{ text_at('key') }}) end as external_url,
    case variant when 'alert webhook' then coalesce({{ instant_at('createdAt') }}, {{ milliseconds_at('createdAt') }}) when 'alert' then {{ instant_at('createdAt') }} when 'customer request' then coalesce({{ instant_at('createdDate.iso8601') }}, {{ milliseconds_at('createdDate.epochMillis') }}) when 'issue' then {{ instant_at('fields.created') }} end as source_created_at,
    case variant when 'alert webhook' then {{ nanoseconds_at('updatedAt') }} when 'alert' then coalesce({{ instant_at('closedAt') }}, {{ instant_at('updatedAt') }}) when 'customer request' then {{ instant_at('currentStatus.statusDate.iso8601') }} when 'issue' then coalesce({{ instant_at('fields.resolutiondate') }}, {{ instant_at('fields.statuscategorychangedate') }}, {{ instant_at('fields.updated') }}) end as resolved_at,
    case variant when 'alert webhook' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('tinyId') }}, 'alias', {{ value_at('alias') }}, 'tags', {{ value_at('tags') }}, 'origin', {{ value_at('source') }})) when 'alert' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('tinyId') }}, 'alias', {{ value_at('alias') }}, 'tags', {{ value_at('tags') }}, 'origin', {{ value_at('source') }})) when 'customer request' then jsonb_strip_nulls(jsonb_build_object('key', {{ value_at('issueKey') }}, 'request_type', {{ value_at('requestTypeId') }}, 'service_desk', {{ value_at('serviceDeskId') }})) when 'issue' then jsonb_strip_nulls(jsonb_build_object('key', {{ value_at('key') }}, 'labels', {{ value_at('fields.labels') }})) else '{}'::jsonb end as attributes
from variants
