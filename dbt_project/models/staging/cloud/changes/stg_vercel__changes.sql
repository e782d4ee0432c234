{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('vercel', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('uid') }} or {{ has_value('payload.deployment') }}) then 'deployment'
        end as variant
    from records

)

select
    {{ record_columns('vercel') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then nullif(concat_ws(': ', coalesce({{ text_at('name') }}, {{ text_at('payload.deployment.name') }}, {{ text_at('payload.name') }}), coalesce({{ text_at('meta.githubCommitMessage') }}, {{ text_at('meta.gitlabCommitMessage') }}, {{ text_at('meta.bitbucketCommitMessage') }}, {{ text_at('payload.deployment.meta.githubCommitMessage') }}, {{ text_at('url') }}, {{ text_at('payload.deployment.url') }})), '') end as title,
    case variant when 'deployment' then coalesce({{ text_at('name') }}, {{ text_at('payload.deployment.name') }}, {{ text_at('payload.name') }}) end as service,
    case variant when 'deployment' then coalesce({{ text_at('target') }}, {{ text_at('payload.target') }}, 'production') end as environment,
    case variant when 'deployment' then coalesce({{ text_at('inspectorUrl') }}, {{ text_at('payload.links.deployment') }}) end as external_url,
    case variant when 'deployment' then coalesce({{ milliseconds_at('ready') }}, {{ milliseconds_at('createdAt') }}, {{ milliseconds_at('created') }}) end as changed_at
from variants
