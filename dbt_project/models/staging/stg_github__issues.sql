{%- set repository = "coalesce(" ~ text_at('repository.name')
    ~ ", substring(" ~ text_at('repository_url') ~ " from '[^/]+$'))" -%}
{%- set labels = "jsonb_path_query_array(payload, '$.labels[*].name')" -%}
with records as (

    {{ records_to_process('github') }}

),

labelled as (

    select *, kind = 'run' as is_run, {{ labels }} as label_names
    from records

),

issues as (

    select
        {{ record_columns('github') }},
        case
            when is_run then {{ text_at('name') }} || coalesce(': ' || nullif({{ text_at('display_title') }}, {{ text_at('name') }}), '')
            else {{ text_at('title') }}
        end as title,
        {{ text_at('body') }} as body,
        case when is_run then {{ text_at('conclusion') }} else {{ labelled_severity('label_names') }} end as severity_value,
        case
            when is_run then coalesce({{ text_at('conclusion') }}, {{ text_at('status') }})
            when {{ text_at('action') }} in ('deleted', 'transferred') then {{ text_at('action') }}
            when {{ text_at('state') }} = 'open' then 'open'
            else concat_ws(' ', {{ text_at('state') }}, {{ text_at('state_reason') }})
        end as status_value,
        {{ repository }} as service,
        case when is_run then 'workflow_run_failed' end as error_type,
        {{ tag_value('label_names', 'team') }} as team,
        case when is_run then {{ text_at('head_branch') }} else {{ tag_value('label_names', 'env|environment') }} end as environment,
        {{ text_at('html_url') }} as external_url,
        {{ instant_at('created_at') }} as source_created_at,
        case when is_run then {{ instant_at('updated_at') }} else {{ instant_at('closed_at') }} end as resolved_at,
        {{ attributes({
            'number': "payload -> 'number'",
            'labels': "case when not is_run then label_names end",
            'component': "case when is_run then " ~ text_at('name') ~ " else " ~ tag_value('label_names', 'component|area') ~ " end",
            'commit': text_at('head_sha'),
            'run_number': "payload -> 'run_number'",
            'run_attempt': "payload -> 'run_attempt'",
        }) }} as attributes
    from labelled

)

select * from issues
