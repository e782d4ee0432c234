{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('gitlab', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when kind in ('pipeline') then 'pipeline'
            when kind in ('job') then 'job'
            when ({{ has_value('title') }} and ({{ has_value('iid') }} or {{ has_value('issue_type') }}) and {{ has_value('created_at') }} and {{ has_value('state') }}) then 'issue'
        end as variant
    from records

)

select
    {{ record_columns('gitlab') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'pipeline' then coalesce(('Pipeline ' || {{ text_at('name') }} || ' ' || {{ text_at('status') }}), ('Pipeline on ' || {{ text_at('ref') }} || ' ' || {{ text_at('status') }})) when 'job' then coalesce(({{ text_at('build_name') }} || ' ' || {{ text_at('build_status') }} || ': ' || {{ text_at('build_failure_reason') }}), ({{ text_at('build_name') }} || ' ' || {{ text_at('build_status') }}), ({{ text_at('name') }} || ' ' || {{ text_at('status') }} || ': ' || {{ text_at('failure_reason') }}), ({{ text_at('name') }} || ' ' || {{ text_at('status') }})) when 'issue' then {{ text_at('title') }} end as title,
    case variant when 'job' then coalesce({{ text_at('failure_reason') }}, {{ text_at('build_failure_reason') }}) when 'issue' then {{ text_at('description') }} end as body,
    case variant when 'pipeline' then {{ text_at('status') }} when 'job' then coalesce({{ text_at('build_status') }}, {{ text_at('status') }}) when 'issue' then coalesce({{ severity_label_at('labels') }}, {{ text_at('severity') }}) end as severity_value,
    case variant when 'pipeline' then {{ text_at('status') }} when 'job' then coalesce({{ text_at('build_status') }}, {{ text_at('status') }}) when 'issue' then {{ text_at('state') }} end as status_value,
    case variant when 'pipeline' then coalesce({{ text_at('project_path') }}, nullif(substring({{ text_at('web_url') }} from '^https?://[^/]+/(.+)/-/'), ''), {{ text_at('project_id') }}) when 'job' then coalesce({{ text_at('project_name') }}, {{ text_at('project.path_with_namespace') }}, nullif(substring({{ text_at('web_url') }} from '^https?://[^/]+/(.+)/-/'), ''), {{ text_at('pipeline.project_id') }}) when 'issue' then coalesce({{ tag_at('labels', 'service|component') }}, nullif(substring({{ text_at('web_url') }} from '^https?://[^/]+/(.+)/-/'), ''), {{ text_at('project_name') }}, {{ text_at('project_id') }}) end as service,
    case variant when 'pipeline' then 'pipeline_failed' when 'job' then coalesce({{ text_at('build_failure_reason') }}, {{ text_at('failure_reason') }}, 'job_failed') when 'issue' then {{ tag_at('labels', 'error') }} end as error_type,
    case variant when 'issue' then coalesce({{ tag_at('labels', 'team') }}, {{ text_at('milestone.title') }}) end as team,
    case variant when 'pipeline' then {{ text_at('ref') }} when 'job' then coalesce({{ text_at('environment.name') }}, {{ text_at('ref') }}) when 'issue' then {{ tag_at('labels', 'env|environment') }} end as environment,
    case variant when 'pipeline' then coalesce({{ text_at('web_url') }}, {{ text_at('url') }}) when 'job' then coalesce({{ text_at('web_url') }}, ({{ text_at('repository.homepage') }} || '/-/jobs/' || {{ text_at('build_id') }})) when 'issue' then coalesce({{ text_at('web_url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'pipeline' then {{ instant_at('created_at') }} when 'job' then coalesce({{ instant_at('build_started_at') }}, {{ instant_at('build_created_at') }}, {{ instant_at('started_at') }}, {{ instant_at('created_at') }}) when 'issue' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'pipeline' then coalesce({{ instant_at('finished_at') }}, {{ instant_at('updated_at') }}) when 'job' then coalesce({{ instant_at('build_finished_at') }}, {{ instant_at('finished_at') }}) when 'issue' then coalesce({{ instant_at('closed_at') }}, {{ instant_at('updated_at') }}) end as resolved_at,
    case variant when 'pipeline' then jsonb_strip_nulls(jsonb_build_object('commit', {{ value_at('sha') }}, 'source', {{ value_at('source') }}, 'number', {{ value_at('iid') }})) when 'job' then jsonb_strip_nulls(jsonb_build_object('stage', coalesce(nullif({{ value_at('build_stage') }}, 'null'), nullif({{ value_at('stage') }}, 'null')), 'commit', coalesce(nullif({{ value_at('sha') }}, 'null'), nullif({{ value_at('commit.id') }}, 'null')), 'pipeline', coalesce(nullif({{ value_at('pipeline_id') }}, 'null'), nullif({{ value_at('pipeline.id') }}, 'null')))) when 'issue' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('iid') }}, 'labels', {{ value_at('labels') }}, 'type', coalesce(nullif({{ value_at('issue_type') }}, 'null'), nullif({{ value_at('type') }}, 'null')), 'milestone', {{ value_at('milestone.title') }}, 'escalation', {{ value_at('escalation_status') }})) else '{}'::jsonb end as attributes
from variants
