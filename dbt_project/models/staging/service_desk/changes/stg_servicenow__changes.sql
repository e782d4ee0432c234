{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('servicenow', shape="kind = 'change'") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (({{ has_value('sys_id') }} and {{ has_value('short_description') }}) and coalesce(case when {{ has_value('number.value') }} then {{ text_at('number.value') }} else {{ text_at('number') }} end ~* '^CHG|^CTASK', false)) then 'change request'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('servicenow') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'change request' then 'change' end as change_kind,
    case variant when 'change request' then case when {{ has_value('short_description.value') }} then {{ text_at('short_description.value') }} else {{ text_at('short_description') }} end end as title,
    case variant when 'change request' then coalesce(case when {{ has_value('business_service.value') }} then coalesce({{ text_at('business_service.display_value') }}, {{ text_at('business_service.name') }}, {{ text_at('business_service.value') }}) else case when {{ has_value('business_service.display_value') }} then {{ text_at('business_service.display_value') }} else {{ text_at('business_service') }} end end, case when {{ has_value('service_offering.value') }} then coalesce({{ text_at('service_offering.display_value') }}, {{ text_at('service_offering.name') }}, {{ text_at('service_offering.value') }}) else case when {{ has_value('service_offering.display_value') }} then {{ text_at('service_offering.display_value') }} else {{ text_at('service_offering') }} end end, case when {{ has_value('cmdb_ci.value') }} then coalesce({{ text_at('cmdb_ci.display_value') }}, {{ text_at('cmdb_ci.name') }}, {{ text_at('cmdb_ci.value') }}) else case when {{ has_value('cmdb_ci.display_value') }} then {{ text_at('cmdb_ci.display_value') }} else {{ text_at('cmdb_ci') }} end end) end as service,
    case variant when 'change request' then coalesce(case when {{ has_value('u_environment.value') }} then coalesce({{ text_at('u_environment.display_value') }}, {{ text_at('u_environment.name') }}, {{ text_at('u_environment.value') }}) else case when {{ has_value('u_environment.display_value') }} then {{ text_at('u_environment.display_value') }} else {{ text_at('u_environment') }} end end, case when {{ has_value('environment.value') }} then coalesce({{ text_at('environment.display_value') }}, {{ text_at('environment.name') }}, {{ text_at('environment.value') }}) else case when {{ has_value('environment.display_value') }} then {{ text_at('environment.display_value') }} else {{ text_at('environment') }} end end) end as environment,
    case variant when 'change request' then coalesce(('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=change_request.do?sys_id=' || {{ text_at('sys_id.value') }}), ('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=change_request.do?sys_id=' || {{ text_at('sys_id') }})) end as external_url,
    case variant when 'change request' then coalesce({{ instant_at('work_start.value') }}, {{ instant_at('work_start') }}, {{ instant_at('start_date.value') }}, {{ instant_at('start_date') }}, {{ instant_at('work_end.value') }}, {{ instant_at('work_end') }}, {{ instant_at('end_date.value') }}, {{ instant_at('end_date') }}) end as changed_at
from variants
