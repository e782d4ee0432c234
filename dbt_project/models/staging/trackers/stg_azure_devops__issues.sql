{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('azure_devops', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when kind in ('build') then 'build'
            when ({{ has_value('fields') }} and ({{ has_value('fields.System\\.Title') }} or {{ has_value('fields.System\\.State') }})) then 'work item'
        end as variant
    from records

)

select
    {{ record_columns('azure_devops') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'build' then coalesce(({{ text_at('definition.name') }} || ' ' || {{ text_at('buildNumber') }} || ': build ' || {{ text_at('result') }}), ({{ text_at('definition.name') }} || ' ' || {{ text_at('buildNumber') }} || ': build ' || {{ text_at('status') }})) when 'work item' then coalesce({{ text_at('fields.System\\.Title') }}, ('Work item ' || {{ text_at('id') }})) end as title,
    case variant when 'build' then coalesce({{ text_at('detailed_message') }}, {{ text_at('message') }}) when 'work item' then coalesce({{ plain_text_at('fields.System\\.Description') }}, {{ plain_text_at('fields.Microsoft\\.VSTS\\.TCM\\.ReproSteps') }}) end as body,
    case variant when 'build' then 'build failed' when 'work item' then coalesce({{ text_at('fields.Microsoft\\.VSTS\\.Common\\.Severity') }}, ('priority ' || {{ text_at('fields.Microsoft\\.VSTS\\.Common\\.Priority') }})) end as severity_value,
    case variant when 'build' then coalesce({{ text_at('result') }}, {{ text_at('status') }}) when 'work item' then coalesce({{ text_at('fields.System\\.State.newValue') }}, {{ text_at('fields.System\\.State') }}) end as status_value,
    case variant when 'build' then coalesce({{ text_at('definition.name') }}, {{ text_at('project.name') }}) when 'work item' then coalesce({{ text_at('fields.System\\.AreaPath') }}, {{ text_at('fields.System\\.TeamProject') }}) end as service,
    case variant when 'build' then 'build_failed' when 'work item' then {{ text_at('fields.System\\.WorkItemType') }} end as error_type,
    case variant when 'build' then {{ text_at('project.name') }} when 'work item' then coalesce({{ text_at('fields.System\\.TeamProject') }}, {{ text_at('fields.System\\.AssignedTo.displayName') }}) end as team,
    case variant when 'build' then {{ text_at('sourceBranch') }} when 'work item' then {{ tag_at('fields.System\\.Tags', 'env|environment') }} end as environment,
    case variant when 'build' then coalesce({{ text_at('_links.web.href') }}, {{ text_at('url') }}) when 'work item' then coalesce({{ text_at('_links.html.href') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'build' then coalesce({{ instant_at('startTime') }}, {{ instant_at('queueTime') }}) when 'work item' then {{ instant_at('fields.System\\.CreatedDate') }} end as source_created_at,
    case variant when 'build' then {{ instant_at('finishTime') }} when 'work item' then coalesce({{ instant_at('fields.Microsoft\\.VSTS\\.Common\\.ClosedDate') }}, {{ instant_at('fields.Microsoft\\.VSTS\\.Common\\.ResolvedDate') }}, {{ instant_at('fields.System\\.ChangedDate') }}) end as resolved_at,
    case variant when 'build' then jsonb_strip_nulls(jsonb_build_object('commit', coalesce(nullif({{ value_at('sourceVersion') }}, 'null'), nullif({{ value_at('sourceGetVersion') }}, 'null')), 'number', {{ value_at('buildNumber') }}, 'reason', {{ value_at('reason') }})) when 'work item' then jsonb_strip_nulls(jsonb_build_object('type', {{ value_at('fields.System\\.WorkItemType') }}, 'tags', {{ value_at('fields.System\\.Tags') }}, 'iteration', {{ value_at('fields.System\\.IterationPath') }})) else '{}'::jsonb end as attributes
from variants
