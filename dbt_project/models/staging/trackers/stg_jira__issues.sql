{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('jira', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when true then 'issue'
        end as variant
    from records

)

select
    {{ record_columns('jira') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'issue' then {{ text_at('fields.summary') }} end as title,
    case variant when 'issue' then {{ document_at('fields.description') }} end as body,
    case variant when 'issue' then coalesce({{ text_at('fields.priority.name') }}, nullif(substring({{ text_at('fields.priority') }} from '^[^{].*'), '')) end as severity_value,
    case variant when 'issue' then case when coalesce(lower({{ text_at('webhookEvent') }}) in ('jira:issue_deleted'), false) then 'deleted' else coalesce({{ text_at('fields.status.statusCategory.key') }}, {{ text_at('fields.status.name') }}) end end as status_value,
    case variant when 'issue' then {{ text_at('fields.components.0.name') }} end as service,
    null::text as error_type,
    case variant when 'issue' then coalesce({{ text_at('fields.project.name') }}, {{ text_at('fields.project.key') }}) end as team,
    case variant when 'issue' then nullif(substring({{ document_at('fields.environment') }} from '^(?:.|\n){1,200}'), '') end as environment,
    case variant when 'issue' then (nullif(substring({{ text_at('self') }} from '^https?://[^/]+'), '') || '/browse/' || {{ text_at('key') }}) end as external_url,
    case variant when 'issue' then {{ instant_at('fields.created') }} end as source_created_at,
    case variant when 'issue' then {{ instant_at('fields.resolutiondate') }} end as resolved_at,
    case variant when 'issue' then jsonb_strip_nulls(jsonb_build_object('key', {{ value_at('key') }}, 'component', {{ value_at('fields.components.1.name') }}, 'project', {{ value_at('fields.project.key') }}, 'labels', {{ value_at('fields.labels') }}, 'issue_type', {{ value_at('fields.issuetype.name') }}, 'vendor_status', {{ value_at('fields.status.name') }})) else '{}'::jsonb end as attributes
from variants
