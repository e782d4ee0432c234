{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('gitlab', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when {{ has_value('environment') }} then 'deployment'
            when ({{ has_value('tag_name') }} or ({{ has_value('tag') }} and {{ has_value('released_at') }})) then 'release'
        end as variant
    from records

)

select
    {{ record_columns('gitlab') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deployment' then 'deploy' when 'release' then 'release' end as change_kind,
    case variant when 'deployment' then coalesce(('Deploy of ' || {{ text_at('ref') }} || ' to ' || {{ text_at('environment.name') }}), ('Deploy of ' || {{ text_at('ref') }} || ' to ' || {{ text_at('environment') }})) when 'release' then coalesce({{ text_at('name') }}, {{ text_at('tag_name') }}, {{ text_at('tag') }}) end as title,
    case variant when 'deployment' then coalesce({{ text_at('project.path_with_namespace') }}, nullif(substring({{ text_at('web_url') }} from '^https?://[^/]+/(.+)/-/'), ''), {{ text_at('deployable.project.path_with_namespace') }}) when 'release' then coalesce({{ text_at('project.path_with_namespace') }}, nullif(substring({{ text_at('_links.self') }} from '^https?://[^/]+/(.+)/-/'), '')) end as service,
    case variant when 'deployment' then coalesce({{ text_at('environment.name') }}, {{ text_at('environment') }}) end as environment,
    case variant when 'deployment' then coalesce({{ text_at('deployable_url') }}, {{ text_at('deployable.web_url') }}) when 'release' then coalesce({{ text_at('url') }}, {{ text_at('_links.self') }}) end as external_url,
    case variant when 'deployment' then coalesce({{ instant_at('status_changed_at') }}, {{ instant_at('updated_at') }}, {{ instant_at('created_at') }}) when 'release' then coalesce({{ instant_at('released_at') }}, {{ instant_at('created_at') }}) end as changed_at
from variants
