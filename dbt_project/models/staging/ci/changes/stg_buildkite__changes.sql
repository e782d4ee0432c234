{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('buildkite', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('state') }} and {{ has_value('number') }} and {{ has_value('commit') }}) then 'deploying build'
        end as variant
    from records

)

select
    {{ record_columns('buildkite') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'deploying build' then 'deploy' end as change_kind,
    case variant when 'deploying build' then nullif(concat_ws(': ', coalesce({{ text_at('pipeline.name') }}, {{ text_at('pipeline.slug') }}), {{ text_at('message') }}), '') end as title,
    case variant when 'deploying build' then coalesce({{ text_at('pipeline.slug') }}, {{ text_at('pipeline.name') }}) end as service,
    case variant when 'deploying build' then coalesce({{ text_at('env.ENVIRONMENT') }}, {{ text_at('env.DEPLOY_ENV') }}, {{ text_at('meta_data.environment') }}, {{ text_at('branch') }}) end as environment,
    case variant when 'deploying build' then coalesce({{ text_at('web_url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'deploying build' then coalesce({{ instant_at('finished_at') }}, {{ instant_at('finishedAt') }}, {{ instant_at('created_at') }}, {{ instant_at('createdAt') }}) end as changed_at
from variants
