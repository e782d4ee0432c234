{# A deployment or a release; a webhook wraps the same object that the list endpoint returns. -#}
with records as (

    {{ records_to_process('github', shape="kind = 'change'") }}

),

located as (

    select
        *,
        payload ? 'tag_name' as is_release,
        regexp_match({{ text_at('url') }}, '^(https?://)(?:api\.)?([^/]+).*/repos/([^/]+)/([^/]+)/') as url_parts
    from records

),

changes as (

    select
        {{ record_columns('github') }},
        {{ change_columns(
            kind="case when is_release then 'release' else 'deploy' end",
            title="coalesce(" ~ text_at('name') ~ ", " ~ text_at('description') ~ ", "
                ~ text_at('tag_name') ~ ", " ~ text_at('ref') ~ ")",
            service="url_parts[4]",
            environment=text_at('environment'),
            external_url="coalesce(" ~ text_at('html_url')
                ~ ", url_parts[1] || url_parts[2] || '/' || url_parts[3] || '/' || url_parts[4] || '/deployments')",
            changed_at="coalesce(" ~ instant_at('published_at') ~ ", " ~ instant_at('created_at') ~ ")",
        ) }}
    from located

)

select * from changes
