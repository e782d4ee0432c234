{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('github', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when kind in ('run') then 'workflow run'
            when true then 'issue'
        end as variant
    from records

)

select
    {{ record_columns('github') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'workflow run' then nullif(concat_ws(': ', {{ text_at('name') }}, nullif({{ text_at('display_title') }}, {{ text_at('name') }})), '') when 'issue' then {{ text_at('title') }} end as title,
    case variant when 'workflow run' then {{ text_at('body') }} when 'issue' then {{ text_at('body') }} end as body,
    case variant when 'workflow run' then {{ text_at('conclusion') }} when 'issue' then {{ severity_label_at('labels') }} end as severity_value,
    case variant when 'workflow run' then coalesce({{ text_at('conclusion') }}, {{ text_at('status') }}) when 'issue' then case when coalesce(lower({{ text_at('action') }}) in ('deleted', 'transferred'), false) then {{ text_at('action') }} else case when coalesce(lower({{ text_at('state') }}) in ('open'), false) then {{ text_at('state') }} else nullif(concat_ws(' ', {{ text_at('state') }}, {{ text_at('state_reason') }}), '') end end end as status_value,
    case variant when 'workflow run' then coalesce({{ text_at('repository.name') }}, nullif(substring({{ text_at('repository_url') }} from '[^/]+$'), '')) when 'issue' then coalesce({{ text_at('repository.name') }}, nullif(substring({{ text_at('repository_url') }} from '[^/]+$'), '')) end as service,
    case variant when 'workflow run' then 'workflow_run_failed' end as error_type,
    case variant when 'issue' then {{ tag_at('labels', 'team') }} end as team,
    case variant when 'workflow run' then {{ text_at('head_branch') }} when 'issue' then {{ tag_at('labels', 'env|environment') }} end as environment,
    case variant when 'workflow run' then {{ text_at('html_url') }} when 'issue' then {{ text_at('html_url') }} end as external_url,
    case variant when 'workflow run' then {{ instant_at('created_at') }} when 'issue' then {{ instant_at('created_at') }} end as source_created_at,
    case variant when 'workflow run' then {{ instant_at('updated_at') }} when 'issue' then {{ instant_at('closed_at') }} end as resolved_at,
    case variant when 'workflow run' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('number') }}, 'component', {{ value_at('name') }}, 'commit', {{ value_at('head_sha') }}, 'run_number', {{ value_at('run_number') }}, 'run_attempt', {{ value_at('run_attempt') }})) when 'issue' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('number') }}, 'labels', {{ pluck_at('labels', 'name') }}, 'component', {{ tag_at('labels', 'component|area') }})) else '{}'::jsonb end as attributes
from variants
