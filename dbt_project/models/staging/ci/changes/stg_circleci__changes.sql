{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('circleci', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('workflow.id') }} and {{ has_value('workflow.status') }}) then 'deploying workflow'
            when ({{ has_value('status') }} and {{ has_value('pipeline_id') }}) then 'listed deploying workflow'
        end as variant
    from records

)

select
    {{ record_columns('circleci') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deploying workflow' then 'deploy' when 'listed deploying workflow' then 'deploy' end as change_kind,
    case variant when 'deploying workflow' then nullif(concat_ws(': ', {{ text_at('workflow.name') }}, {{ text_at('pipeline.vcs.commit.subject') }}), '') when 'listed deploying workflow' then {{ text_at('name') }} end as title,
    case variant when 'deploying workflow' then coalesce({{ text_at('project.name') }}, nullif(substring(coalesce({{ text_at('project_slug') }}, {{ text_at('project.slug') }}) from '[^/]+$'), '')) when 'listed deploying workflow' then coalesce({{ text_at('project.name') }}, nullif(substring(coalesce({{ text_at('project_slug') }}, {{ text_at('project.slug') }}) from '[^/]+$'), '')) end as service,
    case variant when 'deploying workflow' then coalesce({{ text_at('pipeline.vcs.branch') }}, {{ text_at('vcs.branch') }}, {{ text_at('branch') }}, {{ text_at('pipeline.vcs.tag') }}, {{ text_at('vcs.tag') }}, {{ text_at('tag') }}) when 'listed deploying workflow' then coalesce({{ text_at('pipeline.vcs.branch') }}, {{ text_at('vcs.branch') }}, {{ text_at('branch') }}, {{ text_at('pipeline.vcs.tag') }}, {{ text_at('vcs.tag') }}, {{ text_at('tag') }}) end as environment,
    case variant when 'deploying workflow' then {{ text_at('workflow.url') }} when 'listed deploying workflow' then ('https://app.circleci.com/pipelines/' || {{ text_at('project_slug') }} || '/' || {{ text_at('pipeline_number') }} || '/workflows/' || {{ text_at('id') }}) end as external_url,
    case variant when 'deploying workflow' then coalesce({{ instant_at('workflow.stopped_at') }}, {{ instant_at('happened_at') }}) when 'listed deploying workflow' then coalesce({{ instant_at('stopped_at') }}, {{ instant_at('created_at') }}) end as changed_at
from variants
