{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bugsnag', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('release.version') }} or {{ has_value('app_version') }}) then 'release'
        end as variant
    from records

)

select
    {{ record_columns('bugsnag') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'release' then 'release' end as change_kind,
    case variant when 'release' then nullif(concat_ws(' ', coalesce({{ text_at('project.name') }}, {{ text_at('project_name') }}), coalesce({{ text_at('release.version') }}, {{ text_at('app_version') }})), '') end as title,
    case variant when 'release' then coalesce({{ text_at('project.name') }}, {{ text_at('project_name') }}) end as service,
    case variant when 'release' then coalesce({{ text_at('release.releaseStage.name') }}, {{ text_at('release.releaseStage') }}, {{ text_at('release_stage.name') }}, {{ text_at('release_stage') }}) end as environment,
    case variant when 'release' then coalesce({{ text_at('release.url') }}, {{ text_at('project.url') }}) end as external_url,
    case variant when 'release' then coalesce({{ instant_at('release.releaseTime') }}, {{ instant_at('release_time') }}) end as changed_at
from variants
