with records as (

    {{ records_to_process('jira') }}

),

issues as (

    select
        {{ record_columns('jira') }},
        {{ text_at('fields.summary') }} as title,
        {{ document_at('fields.description') }} as body,
        case jsonb_typeof({{ value_at('fields.priority') }})
            when 'object' then {{ text_at('fields.priority.name') }}
            else {{ text_at('fields.priority') }}
        end as severity_value,
        case
            when {{ text_at('webhookEvent') }} = 'jira:issue_deleted' then 'deleted'
            else coalesce({{ text_at('fields.status.statusCategory.key') }}, {{ text_at('fields.status.name') }})
        end as status_value,
        {{ text_at('fields.components.0.name') }} as service,
        null::text as error_type,
        coalesce({{ text_at('fields.project.name') }}, {{ text_at('fields.project.key') }}) as team,
        left({{ document_at('fields.environment') }}, 200) as environment,
        substring({{ text_at('self') }} from '^https?://[^/]+') || '/browse/' || {{ text_at('key') }} as external_url,
        {{ instant_at('fields.created') }} as source_created_at,
        {{ instant_at('fields.resolutiondate') }} as resolved_at,
        {{ attributes({
            'key': "payload -> 'key'",
            'component': text_at('fields.components.1.name'),
            'project': text_at('fields.project.key'),
            'labels': value_at('fields.labels'),
            'issue_type': text_at('fields.issuetype.name'),
            'vendor_status': text_at('fields.status.name'),
        }) }} as attributes
    from records

)

select * from issues
