{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('azure_devops', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('releaseDefinition') }} or {{ has_value('environment.releaseDefinition') }} or {{ has_value('release') }}) then 'release'
            when {{ has_value('buildNumber') }} then 'build that deploys'
        end as variant
    from records

)

select
    {{ record_columns('azure_devops') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'release' then 'deploy' when 'build that deploys' then 'deploy' end as change_kind,
    case variant when 'release' then coalesce(({{ text_at('release.name') }} || ' to ' || {{ text_at('releaseEnvironment.name') }}), ({{ text_at('environment.release.name') }} || ' to ' || {{ text_at('environment.name') }}), {{ text_at('release.name') }}, {{ text_at('name') }}) when 'build that deploys' then ({{ text_at('definition.name') }} || ' ' || {{ text_at('buildNumber') }}) end as title,
    case variant when 'release' then coalesce({{ text_at('releaseDefinition.name') }}, {{ text_at('environment.releaseDefinition.name') }}, {{ text_at('project.name') }}) when 'build that deploys' then coalesce({{ text_at('definition.name') }}, {{ text_at('project.name') }}) end as service,
    case variant when 'release' then coalesce({{ text_at('releaseEnvironment.name') }}, {{ text_at('environment.name') }}) when 'build that deploys' then {{ text_at('sourceBranch') }} end as environment,
    case variant when 'release' then coalesce({{ text_at('release._links.web.href') }}, {{ text_at('_links.web.href') }}) when 'build that deploys' then coalesce({{ text_at('_links.web.href') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'release' then coalesce({{ instant_at('completedOn') }}, {{ instant_at('environment.timeToDeploy') }}, {{ instant_at('createdOn') }}, {{ instant_at('event_at') }}) when 'build that deploys' then coalesce({{ instant_at('finishTime') }}, {{ instant_at('startTime') }}) end as changed_at
from variants
