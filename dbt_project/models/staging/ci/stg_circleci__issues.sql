{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('circleci', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (kind in ('job_event') and ({{ has_value('job.id') }} and {{ has_value('job.status') }})) then 'job webhook'
            when (kind in ('run_event') and ({{ has_value('workflow.id') }} and {{ has_value('workflow.status') }})) then 'workflow webhook'
            when (kind in ('job') and {{ has_value('name') }} and {{ has_value('status') }} and ({{ has_value('job_number') }} or {{ has_value('dependencies') }})) then 'job'
            when (kind in ('run') and {{ has_value('status') }} and {{ has_value('pipeline_id') }}) then 'workflow'
            when (kind in ('pipeline') and {{ has_value('state') }} and {{ has_value('project_slug') }}) then 'pipeline'
        end as variant
    from records

)

select
    {{ record_columns('circleci') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'job webhook' then nullif(concat_ws(': ', {{ text_at('workflow.name') }}, {{ text_at('job.name') }}), '') when 'workflow webhook' then {{ text_at('workflow.name') }} when 'job' then coalesce({{ text_at('name') }}, ('Job ' || {{ text_at('job_number') }})) when 'workflow' then coalesce({{ text_at('name') }}, ('Workflow of pipeline ' || {{ text_at('pipeline_number') }})) when 'pipeline' then coalesce({{ text_at('errors.0.message') }}, ('Pipeline ' || {{ text_at('number') }} || ' could not start')) end as title,
    case variant when 'job webhook' then {{ text_at('pipeline.vcs.commit.subject') }} when 'workflow webhook' then {{ text_at('pipeline.vcs.commit.subject') }} when 'pipeline' then {{ text_at('vcs.commit.subject') }} end as body,
    case variant when 'job webhook' then {{ text_at('job.status') }} when 'workflow webhook' then {{ text_at('workflow.status') }} when 'job' then {{ text_at('status') }} when 'workflow' then {{ text_at('status') }} when 'pipeline' then {{ text_at('state') }} end as severity_value,
    case variant when 'job webhook' then {{ text_at('job.status') }} when 'workflow webhook' then {{ text_at('workflow.status') }} when 'job' then {{ text_at('status') }} when 'workflow' then {{ text_at('status') }} when 'pipeline' then {{ text_at('state') }} end as status_value,
    case variant when 'job webhook' then coalesce({{ text_at('project.name') }}, nullif(substring(coalesce({{ text_at('project_slug') }}, {{ text_at('project.slug') }}) from '[^/]+$'), '')) when 'workflow webhook' then coalesce({{ text_at('project.name') }}, nullif(substring(coalesce({{ text_at('project_slug') }}, {{ text_at('project.slug') }}) from '[^/]+$'), '')) when 'job' then coalesce({{ text_at('project.name') }}, nullif(substring(coalesce({{ text_at('project_slug') }}, {{ text_at('project.slug') }}) from '[^/]+$'), '')) when 'workflow' then coalesce({{ text_at('project.name') }}, nullif(substring(coalesce({{ text_at('project_slug') }}, {{ text_at('project.slug') }}) from '[^/]+$'), '')) when 'pipeline' then coalesce({{ text_at('project.name') }}, nullif(substring(coalesce({{ text_at('project_slug') }}, {{ text_at('project.slug') }}) from '[^/]+$'), '')) end as service,
    case variant when 'job webhook' then 'job_failed' when 'workflow webhook' then 'workflow_failed' when 'job' then 'job_failed' when 'workflow' then 'workflow_failed' when 'pipeline' then coalesce({{ text_at('errors.0.type') }}, 'pipeline_errored') end as error_type,
    case variant when 'job webhook' then {{ text_at('organization.name') }} when 'workflow webhook' then {{ text_at('organization.name') }} end as team,
    case variant when 'job webhook' then coalesce({{ text_at('pipeline.vcs.branch') }}, {{ text_at('vcs.branch') }}, {{ text_at('branch') }}, {{ text_at('pipeline.vcs.tag') }}, {{ text_at('vcs.tag') }}, {{ text_at('tag') }}) when 'workflow webhook' then coalesce({{ text_at('pipeline.vcs.branch') }}, {{ text_at('vcs.branch') }}, {{ text_at('branch') }}, {{ text_at('pipeline.vcs.tag') }}, {{ text_at('vcs.tag') }}, {{ text_at('tag') }}) when 'workflow' then coalesce({{ text_at('pipeline.vcs.branch') }}, {{ text_at('vcs.branch') }}, {{ text_at('branch') }}, {{ text_at('pipeline.vcs.tag') }}, {{ text_at('vcs.tag') }}, {{ text_at('tag') }}) when 'pipeline' then coalesce({{ text_at('pipeline.vcs.branch') }}, {{ text_at('vcs.branch') }}, {{ text_at('branch') }}, {{ text_at('pipeline.vcs.tag') }}, {{ text_at('vcs.tag') }}, {{ text_at('tag') }}) end as environment,
    case variant when 'job webhook' then coalesce({{ text_at('job.url') }}, {{ text_at('workflow.url') }}, {{ text_at('pipeline.vcs.target_repository_url') }}) when 'workflow webhook' then {{ text_at('workflow.url') }} when 'job' then {{ text_at('web_url') }} when 'workflow' then ('https://app.circleci.com/pipelines/' || {{ text_at('project_slug') }} || '/' || {{ text_at('pipeline_number') }} || '/workflows/' || {{ text_at('id') }}) when 'pipeline' then ('https://app.circleci.com/pipelines/' || {{ text_at('project_slug') }} || '/' || {{ text_at('number') }}) end as external_url,
    case variant when 'job webhook' then coalesce({{ instant_at('job.started_at') }}, {{ instant_at('happened_at') }}) when 'workflow webhook' then coalesce({{ instant_at('workflow.created_at') }}, {{ instant_at('happened_at') }}) when 'job' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}) when 'workflow' then {{ instant_at('created_at') }} when 'pipeline' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'job webhook' then coalesce({{ instant_at('job.stopped_at') }}, {{ instant_at('happened_at') }}) when 'workflow webhook' then coalesce({{ instant_at('workflow.stopped_at') }}, {{ instant_at('happened_at') }}) when 'job' then {{ instant_at('stopped_at') }} when 'workflow' then {{ instant_at('stopped_at') }} end as resolved_at,
    case variant when 'job webhook' then jsonb_strip_nulls(jsonb_build_object('commit', {{ value_at('pipeline.vcs.revision') }}, 'pipeline', {{ value_at('pipeline.number') }}, 'job_number', {{ value_at('job.number') }})) when 'workflow webhook' then jsonb_strip_nulls(jsonb_build_object('commit', {{ value_at('pipeline.vcs.revision') }}, 'pipeline', {{ value_at('pipeline.number') }})) when 'job' then jsonb_strip_nulls(jsonb_build_object('job_number', {{ value_at('job_number') }}, 'type', {{ value_at('type') }})) when 'workflow' then jsonb_strip_nulls(jsonb_build_object('pipeline', {{ value_at('pipeline_number') }}, 'tag', {{ value_at('tag') }})) when 'pipeline' then jsonb_strip_nulls(jsonb_build_object('pipeline', {{ value_at('number') }}, 'commit', {{ value_at('vcs.revision') }})) else '{}'::jsonb end as attributes
from variants
