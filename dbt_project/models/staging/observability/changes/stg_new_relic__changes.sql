{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('new_relic', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('revision') }} or {{ has_value('deployment_url') }} or coalesce(lower({{ text_at('category') }}) in ('deployment'), false)) then 'deployment'
        end as variant
    from records

)

select
    {{ record_columns('new_relic') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deployment' then 'deploy' end as change_kind,
    case variant when 'deployment' then coalesce({{ text_at('description') }}, ('Deployment of ' || {{ text_at('revision') }}), {{ text_at('changelog') }}, {{ text_at('deployment_url') }}) end as title,
    case variant when 'deployment' then coalesce({{ text_at('application_name') }}, {{ text_at('links.application') }}, {{ text_at('entity.name') }}) end as service,
    null::text as environment,
    case variant when 'deployment' then coalesce({{ text_at('deployment_url') }}, {{ text_at('deepLink') }}) end as external_url,
    case variant when 'deployment' then coalesce({{ instant_at('timestamp') }}, {{ instant_at('created_at') }}) end as changed_at
from variants
