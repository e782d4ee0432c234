{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('gcp_cloud_build', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('status') }} and {{ has_value('id') }} and ({{ has_value('createTime') }} or {{ has_value('logUrl') }})) then 'deploying build'
        end as variant
    from records

)

select
    {{ record_columns('gcp_cloud_build') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deploying build' then 'deploy' end as change_kind,
    case variant when 'deploying build' then coalesce(nullif(concat_ws(' ', coalesce({{ text_at('substitutions.TRIGGER_NAME') }}, {{ text_at('buildTriggerName') }}, {{ text_at('buildTriggerId') }}), {{ text_at('substitutions.SHORT_SHA') }}), ''), ('Build ' || {{ text_at('id') }})) end as title,
    case variant when 'deploying build' then coalesce({{ text_at('substitutions._SERVICE_NAME') }}, {{ text_at('substitutions._SERVICE') }}, {{ text_at('substitutions.REPO_NAME') }}, {{ text_at('source.repoSource.repoName') }}, nullif(substring({{ text_at('images.0') }} from '([^/:]+)(?::[^/]*)?$'), ''), {{ text_at('substitutions.TRIGGER_NAME') }}) end as service,
    case variant when 'deploying build' then coalesce({{ text_at('substitutions._ENVIRONMENT') }}, {{ text_at('substitutions._ENV') }}, {{ text_at('substitutions.BRANCH_NAME') }}, {{ text_at('source.repoSource.branchName') }}, {{ text_at('projectId') }}) end as environment,
    case variant when 'deploying build' then {{ text_at('logUrl') }} end as external_url,
    case variant when 'deploying build' then coalesce({{ instant_at('finishTime') }}, {{ instant_at('createTime') }}) end as changed_at
from variants
