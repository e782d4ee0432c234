{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('netlify', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('state') }} and {{ has_value('site_id') }}) then 'published deploy'
        end as variant
    from records

)

select
    {{ record_columns('netlify') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'published deploy' then 'deploy' end as change_kind,
    case variant when 'published deploy' then nullif(concat_ws(': ', {{ text_at('name') }}, coalesce({{ text_at('title') }}, {{ text_at('branch') }})), '') end as title,
    case variant when 'published deploy' then {{ text_at('name') }} end as service,
    case variant when 'published deploy' then {{ text_at('context') }} end as environment,
    case variant when 'published deploy' then coalesce({{ text_at('admin_url') }}, {{ text_at('deploy_ssl_url') }}, {{ text_at('deploy_url') }}) end as external_url,
    case variant when 'published deploy' then coalesce({{ instant_at('published_at') }}, {{ instant_at('updated_at') }}, {{ instant_at('created_at') }}) end as changed_at
from variants
