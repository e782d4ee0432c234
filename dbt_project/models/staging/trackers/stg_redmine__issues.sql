{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('redmine', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('id') }} and {{ has_value('subject') }} and ({{ has_value('status') }} or {{ has_value('created_on') }})) then 'issue'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('redmine') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'issue' then {{ text_at('subject') }} end as title,
    case variant when 'issue' then {{ text_at('description') }} end as body,
    case variant when 'issue' then coalesce({{ element_at('custom_fields', 'name', 'Severity', 'value') }}, {{ text_at('priority.name') }}) end as severity_value,
    case variant when 'issue' then {{ text_at('status.name') }} end as status_value,
    case variant when 'issue' then coalesce({{ element_at('custom_fields', 'name', 'Component', 'value') }}, {{ text_at('category.name') }}, {{ text_at('project.name') }}) end as service,
    case variant when 'issue' then {{ text_at('tracker.name') }} end as error_type,
    case variant when 'issue' then coalesce({{ text_at('assigned_to.name') }}, {{ text_at('assignee.firstname') }}, {{ text_at('category.name') }}) end as team,
    case variant when 'issue' then {{ element_at('custom_fields', 'name', 'Environment', 'value') }} end as environment,
    case variant when 'issue' then coalesce({{ text_at('url') }}, (nullif(config ->> 'base_url', '') || '/issues/' || {{ text_at('id') }})) end as external_url,
    case variant when 'issue' then {{ instant_at('created_on') }} end as source_created_at,
    case variant when 'issue' then coalesce({{ instant_at('closed_on') }}, {{ instant_at('updated_on') }}) end as resolved_at,
    case variant when 'issue' then jsonb_strip_nulls(jsonb_build_object('tracker', {{ value_at('tracker.name') }}, 'version', {{ value_at('fixed_version.name') }})) else '{}'::jsonb end as attributes
from variants
