{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('backlog', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('id') }} and {{ has_value('summary') }} and ({{ has_value('issueKey') }} or {{ has_value('key_id') }} or {{ has_value('created') }})) then 'issue'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('backlog') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'issue' then {{ text_at('summary') }} end as title,
    case variant when 'issue' then {{ text_at('description') }} end as body,
    case variant when 'issue' then {{ text_at('priority.name') }} end as severity_value,
    case variant when 'issue' then {{ text_at('status.name') }} end as status_value,
    case variant when 'issue' then coalesce({{ text_at('category.0.name') }}, {{ text_at('project.name') }}, {{ text_at('projectId') }}) end as service,
    case variant when 'issue' then {{ text_at('issueType.name') }} end as error_type,
    case variant when 'issue' then coalesce({{ text_at('category.0.name') }}, {{ text_at('assignee.name') }}) end as team,
    case variant when 'issue' then {{ element_at('customFields', 'name', 'Environment', 'value.name') }} end as environment,
    case variant when 'issue' then (nullif(config ->> 'base_url', '') || '/view/' || {{ text_at('issueKey') }}) end as external_url,
    case variant when 'issue' then coalesce({{ instant_at('created') }}, {{ instant_at('event_at') }}) end as source_created_at,
    case variant when 'issue' then coalesce({{ instant_at('updated') }}, {{ instant_at('event_at') }}) end as resolved_at,
    case variant when 'issue' then jsonb_strip_nulls(jsonb_build_object('key', {{ value_at('issueKey') }}, 'type', {{ value_at('issueType.name') }}, 'due', {{ value_at('dueDate') }})) else '{}'::jsonb end as attributes
from variants
