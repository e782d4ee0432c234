{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('honeycomb', shape="kind = 'change'") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('message') }} or {{ has_value('type') }}) then 'marker'
        end as variant
    from records

)

select
    {{ record_columns('honeycomb') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'marker' then case when coalesce({{ text_at('type') }} ~* 'deploy|rollout', false) then 'deploy' else case when coalesce({{ text_at('type') }} ~* 'release', false) then 'release' else case when coalesce({{ text_at('type') }} ~* 'flag', false) then 'feature_flag' else case when coalesce({{ text_at('type') }} ~* 'config', false) then 'config_change' else null::text end end end end end as change_kind,
    case variant when 'marker' then coalesce({{ text_at('message') }}, {{ text_at('type') }}) end as title,
    case variant when 'marker' then {{ text_at('dataset_slug') }} end as service,
    null::text as environment,
    case variant when 'marker' then {{ text_at('url') }} end as external_url,
    case variant when 'marker' then coalesce({{ seconds_at('start_time') }}, {{ instant_at('created_at') }}) end as changed_at
from variants
