{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('youtrack', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('summary') }} and {{ has_value('created') }}) then 'issue'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('youtrack') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'issue' then {{ text_at('summary') }} end as title,
    case variant when 'issue' then {{ text_at('description') }} end as body,
    case variant when 'issue' then coalesce({{ element_at('customFields', 'name', 'Severity', 'value.name') }}, {{ element_at('customFields', 'name', 'Priority', 'value.name') }}, {{ text_at('priority') }}) end as severity_value,
    case variant when 'issue' then coalesce(case when {{ has_value('resolved') }} then 'resolved' else null::text end, {{ element_at('customFields', 'name', 'State', 'value.name') }}, {{ element_at('customFields', 'name', 'Stage', 'value.name') }}, 'open') end as status_value,
    case variant when 'issue' then coalesce({{ element_at('customFields', 'name', 'Subsystem', 'value.name') }}, {{ text_at('project.name') }}, {{ text_at('project.shortName') }}) end as service,
    case variant when 'issue' then {{ element_at('customFields', 'name', 'Type', 'value.name') }} end as error_type,
    case variant when 'issue' then coalesce({{ element_at('customFields', 'name', 'Team', 'value.name') }}, {{ element_at('customFields', 'name', 'Assignee', 'value.name') }}) end as team,
    case variant when 'issue' then {{ tag_at('tags', 'env|environment') }} end as environment,
    case variant when 'issue' then (nullif(config ->> 'base_url', '') || '/issue/' || {{ text_at('idReadable') }}) end as external_url,
    case variant when 'issue' then {{ milliseconds_at('created') }} end as source_created_at,
    case variant when 'issue' then coalesce({{ milliseconds_at('resolved') }}, {{ milliseconds_at('updated') }}) end as resolved_at,
    case variant when 'issue' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('idReadable') }}, 'tags', {{ value_at('tags') }})) else '{}'::jsonb end as attributes
from variants
