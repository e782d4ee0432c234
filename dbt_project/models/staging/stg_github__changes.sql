{# A deployment or a release; both doors show it alike, as a webhook wraps what the list holds. -#}
with records as (

    {{ landed('github', shape="kind = 'change'") }}

),

placed as (

    select
        *,
        payload ? 'tag_name' as is_release,
        regexp_match({{ text_at('url') }}, '^(https?://)(?:api\.)?([^/]+).*/repos/([^/]+)/([^/]+)/') as place
    from records

)

select
    {{ record_columns('github') }},
    {{ change_columns(
        kind="case when is_release then 'release' else 'deploy' end",
        title="coalesce(" ~ text_at('name') ~ ", " ~ text_at('description') ~ ", "
            ~ text_at('tag_name') ~ ", " ~ text_at('ref') ~ ")",
        service="place[4]",
        environment=text_at('environment'),
        external_url="coalesce(" ~ text_at('html_url')
            ~ ", place[1] || place[2] || '/' || place[3] || '/' || place[4] || '/deployments')",
        changed_at="coalesce(" ~ instant_at('published_at') ~ ", " ~ instant_at('created_at') ~ ")",
    ) }}
from placed
