{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('vercel', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('type') }} and {{ has_value('payload.deployment') }}) then 'webhook'
            when ({{ has_value('uid') }} and ({{ has_value('readyState') }} or {{ has_value('state') }})) then 'deployment'
        end as variant
    from records

)

select
    {{ record_columns('vercel') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then nullif(concat_ws(': ', coalesce({{ text_at('payload.deployment.name') }}, {{ text_at('payload.name') }}), {{ text_at('type') }}), '') when 'deployment' then nullif(concat_ws(': ', {{ text_at('name') }}, coalesce({{ text_at('errorMessage') }}, {{ text_at('errorCode') }}, {{ text_at('meta.githubCommitMessage') }}, {{ text_at('meta.gitlabCommitMessage') }}, {{ text_at('meta.bitbucketCommitMessage') }})), '') end as title,
    case variant when 'webhook' then coalesce({{ text_at('payload.deployment.errorMessage') }}, {{ text_at('payload.deployment.meta.githubCommitMessage') }}, {{ text_at('payload.deployment.meta.gitlabCommitMessage') }}) when 'deployment' then coalesce({{ text_at('errorMessage') }}, {{ text_at('aliasError.message') }}, {{ text_at('meta.githubCommitMessage') }}, {{ text_at('meta.gitlabCommitMessage') }}, {{ text_at('meta.bitbucketCommitMessage') }}) end as body,
    case variant when 'webhook' then coalesce({{ text_at('payload.target') }}, {{ text_at('payload.deployment.target') }}, 'preview') when 'deployment' then coalesce({{ text_at('target') }}, 'preview') end as severity_value,
    case variant when 'webhook' then nullif(substring({{ text_at('type') }} from '([^.]+)$'), '') when 'deployment' then coalesce({{ text_at('readyState') }}, {{ text_at('state') }}) end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('payload.deployment.name') }}, {{ text_at('payload.name') }}, {{ text_at('payload.project.name') }}) when 'deployment' then {{ text_at('name') }} end as service,
    case variant when 'webhook' then coalesce({{ text_at('payload.deployment.errorCode') }}, {{ text_at('type') }}) when 'deployment' then coalesce({{ text_at('errorCode') }}, {{ text_at('aliasError.code') }}, 'deployment_failed') end as error_type,
    case variant when 'deployment' then {{ text_at('creator.username') }} end as team,
    case variant when 'webhook' then coalesce({{ text_at('payload.deployment.customEnvironment.slug') }}, {{ text_at('payload.target') }}, 'preview') when 'deployment' then coalesce({{ text_at('customEnvironment.slug') }}, {{ text_at('target') }}, 'preview') end as environment,
    case variant when 'webhook' then coalesce({{ text_at('payload.links.deployment') }}, {{ text_at('payload.deployment.inspectorUrl') }}, ('https://' || {{ text_at('payload.deployment.url') }})) when 'deployment' then coalesce({{ text_at('inspectorUrl') }}, ('https://' || {{ text_at('url') }})) end as external_url,
    case variant when 'webhook' then {{ milliseconds_at('createdAt') }} when 'deployment' then coalesce({{ milliseconds_at('createdAt') }}, {{ milliseconds_at('created') }}) end as source_created_at,
    case variant when 'webhook' then {{ milliseconds_at('createdAt') }} when 'deployment' then coalesce({{ milliseconds_at('ready') }}, {{ milliseconds_at('createdAt') }}, {{ milliseconds_at('created') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('project', {{ value_at('payload.project.id') }}, 'team', {{ value_at('payload.team.id') }}, 'region', {{ value_at('region') }})) when 'deployment' then jsonb_strip_nulls(jsonb_build_object('project', {{ value_at('projectId') }}, 'branch', {{ value_at('meta.githubCommitRef') }}, 'commit', {{ value_at('meta.githubCommitSha') }})) else '{}'::jsonb end as attributes
from variants
