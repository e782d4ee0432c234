{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bitbucket', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (kind in ('pipeline') and {{ has_value('state') }}) then 'pipeline'
            when (kind in ('build_status') and {{ has_value('key') }}) then 'build status'
            when ({{ has_value('title') }} and {{ has_value('state') }} and {{ has_value('created_on') }}) then 'issue'
        end as variant
    from records

)

select
    {{ record_columns('bitbucket') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'pipeline' then coalesce(('Pipeline on ' || {{ text_at('target.ref_name') }} || ' ' || {{ text_at('state.result.name') }}), ('Pipeline ' || {{ text_at('build_number') }} || ' ' || {{ text_at('state.name') }})) when 'build status' then coalesce(({{ text_at('name') }} || ' ' || {{ text_at('state') }}), ({{ text_at('key') }} || ' ' || {{ text_at('state') }})) when 'issue' then {{ text_at('title') }} end as title,
    case variant when 'pipeline' then {{ text_at('state.result.error.message') }} when 'build status' then {{ text_at('description') }} when 'issue' then {{ text_at('content.raw') }} end as body,
    case variant when 'pipeline' then coalesce({{ text_at('state.result.name') }}, {{ text_at('state.name') }}) when 'build status' then {{ text_at('state') }} when 'issue' then {{ text_at('priority') }} end as severity_value,
    case variant when 'pipeline' then coalesce({{ text_at('state.result.name') }}, {{ text_at('state.name') }}) when 'build status' then {{ text_at('state') }} when 'issue' then {{ text_at('state') }} end as status_value,
    case variant when 'pipeline' then coalesce({{ text_at('repository.full_name') }}, {{ text_at('target.ref_name') }}) when 'build status' then coalesce({{ text_at('repository_name') }}, {{ text_at('name') }}) when 'issue' then coalesce({{ text_at('component.name') }}, {{ text_at('component') }}, {{ text_at('repository.full_name') }}) end as service,
    case variant when 'pipeline' then 'pipeline_failed' when 'build status' then 'build_failed' when 'issue' then {{ text_at('kind') }} end as error_type,
    case variant when 'issue' then {{ text_at('repository.full_name') }} end as team,
    case variant when 'pipeline' then {{ text_at('target.ref_name') }} when 'build status' then {{ text_at('refname') }} end as environment,
    case variant when 'pipeline' then coalesce({{ text_at('links.html.href') }}, {{ text_at('links.self.href') }}) when 'build status' then {{ text_at('url') }} when 'issue' then {{ text_at('links.html.href') }} end as external_url,
    case variant when 'pipeline' then {{ instant_at('created_on') }} when 'build status' then {{ instant_at('created_on') }} when 'issue' then {{ instant_at('created_on') }} end as source_created_at,
    case variant when 'pipeline' then {{ instant_at('completed_on') }} when 'build status' then {{ instant_at('updated_on') }} when 'issue' then {{ instant_at('updated_on') }} end as resolved_at,
    case variant when 'pipeline' then jsonb_strip_nulls(jsonb_build_object('commit', {{ value_at('target.commit.hash') }}, 'number', {{ value_at('build_number') }})) when 'issue' then jsonb_strip_nulls(jsonb_build_object('kind', coalesce(nullif({{ value_at('kind') }}, 'null'), nullif({{ value_at('type') }}, 'null')), 'milestone', {{ value_at('milestone.name') }}, 'version', {{ value_at('version.name') }})) else '{}'::jsonb end as attributes
from variants
