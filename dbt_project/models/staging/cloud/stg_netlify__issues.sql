{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('netlify', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('state') }} and {{ has_value('site_id') }} and ({{ has_value('context') }} or {{ has_value('deploy_url') }} or {{ has_value('branch') }})) then 'deploy'
        end as variant
    from records

)

select
    {{ record_columns('netlify') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deploy' then nullif(concat_ws(': ', {{ text_at('name') }}, coalesce({{ text_at('error_message') }}, {{ text_at('title') }}, {{ text_at('state') }})), '') end as title,
    case variant when 'deploy' then coalesce({{ text_at('error_message') }}, {{ text_at('title') }}) end as body,
    case variant when 'deploy' then {{ text_at('context') }} end as severity_value,
    case variant when 'deploy' then {{ text_at('state') }} end as status_value,
    case variant when 'deploy' then {{ text_at('name') }} end as service,
    case variant when 'deploy' then 'deploy_failed' end as error_type,
    null::text as team,
    case variant when 'deploy' then coalesce({{ text_at('context') }}, {{ text_at('branch') }}) end as environment,
    case variant when 'deploy' then coalesce({{ text_at('admin_url') }}, {{ text_at('deploy_ssl_url') }}, {{ text_at('deploy_url') }}) end as external_url,
    case variant when 'deploy' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'deploy' then coalesce({{ instant_at('published_at') }}, {{ instant_at('updated_at') }}) end as resolved_at,
    case variant when 'deploy' then jsonb_strip_nulls(jsonb_build_object('branch', {{ value_at('branch') }}, 'commit', {{ value_at('commit_ref') }}, 'site', {{ value_at('site_id') }})) else '{}'::jsonb end as attributes
from variants
