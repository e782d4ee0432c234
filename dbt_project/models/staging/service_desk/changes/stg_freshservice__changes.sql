{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('freshservice', shape="kind = 'change'") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when ({{ has_value('subject') }} and {{ has_value('change_type') }}) then 'change'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('freshservice') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'change' then 'change' end as change_kind,
    case variant when 'change' then {{ text_at('subject') }} end as title,
    case variant when 'change' then coalesce({{ text_at('impacted_services.0.name') }}, {{ text_at('category') }}) end as service,
    case variant when 'change' then {{ text_at('custom_fields.environment') }} end as environment,
    case variant when 'change' then ('https://' || nullif(config ->> 'domain', '') || '.freshservice.com/a/changes/' || {{ text_at('id') }}) end as external_url,
    case variant when 'change' then coalesce({{ instant_at('planned_start_date') }}, {{ instant_at('planned_end_date') }}) end as changed_at
from variants
