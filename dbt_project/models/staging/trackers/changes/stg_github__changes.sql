{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('github', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('tag_name') }} then 'release'
            when {{ has_value('environment') }} then 'deployment'
        end as variant
    from records

)

select
    {{ record_columns('github') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'release' then 'release' when 'deployment' then 'deploy' end as change_kind,
    case variant when 'release' then coalesce({{ text_at('name') }}, {{ text_at('tag_name') }}) when 'deployment' then coalesce({{ text_at('description') }}, {{ text_at('ref') }}) end as title,
    case variant when 'release' then nullif(substring({{ text_at('url') }} from '/repos/[^/]+/([^/]+)/'), '') when 'deployment' then nullif(substring({{ text_at('url') }} from '/repos/[^/]+/([^/]+)/'), '') end as service,
    case variant when 'deployment' then {{ text_at('environment') }} end as environment,
    case variant when 'release' then {{ text_at('html_url') }} when 'deployment' then (nullif(substring({{ text_at('url') }} from '^https?://'), '') || nullif(substring({{ text_at('url') }} from '^https?://(?:api\.)?([^/]+)'), '') || '/' || nullif(substring({{ text_at('url') }} from '/repos/([^/]+/[^/]+)/'), '') || '/deployments') end as external_url,
    case variant when 'release' then coalesce({{ instant_at('published_at') }}, {{ instant_at('created_at') }}) when 'deployment' then {{ instant_at('created_at') }} end as changed_at
from variants
