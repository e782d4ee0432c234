{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('gcp_cloud_build', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('status') }} and {{ has_value('id') }} and ({{ has_value('createTime') }} or {{ has_value('logUrl') }} or {{ has_value('steps') }})) then 'build'
        end as variant
    from records

)

select
    {{ record_columns('gcp_cloud_build') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'build' then coalesce(nullif(concat_ws(': ', coalesce({{ text_at('substitutions.TRIGGER_NAME') }}, {{ text_at('buildTriggerName') }}, {{ text_at('buildTriggerId') }}), coalesce({{ text_at('failureInfo.detail') }}, {{ text_at('statusDetail') }})), ''), ('Build ' || {{ text_at('id') }})) end as title,
    case variant when 'build' then coalesce({{ text_at('failureInfo.detail') }}, {{ text_at('statusDetail') }}) end as body,
    case variant when 'build' then {{ text_at('status') }} end as severity_value,
    case variant when 'build' then {{ text_at('status') }} end as status_value,
    case variant when 'build' then coalesce({{ text_at('substitutions._SERVICE_NAME') }}, {{ text_at('substitutions._SERVICE') }}, {{ text_at('substitutions.REPO_NAME') }}, {{ text_at('source.repoSource.repoName') }}, nullif(substring({{ text_at('images.0') }} from '([^/:]+)(?::[^/]*)?$'), ''), {{ text_at('substitutions.TRIGGER_NAME') }}) end as service,
    case variant when 'build' then coalesce({{ text_at('failureInfo.type') }}, 'build_failed') end as error_type,
    null::text as team,
    case variant when 'build' then coalesce({{ text_at('substitutions._ENVIRONMENT') }}, {{ text_at('substitutions._ENV') }}, {{ text_at('substitutions.BRANCH_NAME') }}, {{ text_at('source.repoSource.branchName') }}, {{ text_at('projectId') }}) end as environment,
    case variant when 'build' then {{ text_at('logUrl') }} end as external_url,
    case variant when 'build' then coalesce({{ instant_at('startTime') }}, {{ instant_at('createTime') }}) end as source_created_at,
    case variant when 'build' then {{ instant_at('finishTime') }} end as resolved_at,
    case variant when 'build' then jsonb_strip_nulls(jsonb_build_object('trigger', {{ value_at('buildTriggerId') }}, 'commit', {{ value_at('substitutions.COMMIT_SHA') }}, 'project', {{ value_at('projectId') }}, 'tags', {{ value_at('tags') }})) else '{}'::jsonb end as attributes
from variants
