{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('servicenow', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (({{ has_value('sys_id') }} and {{ has_value('short_description') }}) and not coalesce(case when {{ has_value('number.value') }} then {{ text_at('number.value') }} else {{ text_at('number') }} end ~* '^CHG|^CTASK', false)) then 'incident'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('servicenow') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then case when {{ has_value('short_description.value') }} then {{ text_at('short_description.value') }} else {{ text_at('short_description') }} end end as title,
    case variant when 'incident' then case when {{ has_value('description.value') }} then {{ text_at('description.value') }} else {{ text_at('description') }} end end as body,
    case variant when 'incident' then coalesce(case when {{ has_value('priority.value') }} then {{ text_at('priority.value') }} else {{ text_at('priority') }} end, case when {{ has_value('severity.value') }} then {{ text_at('severity.value') }} else {{ text_at('severity') }} end, case when {{ has_value('urgency.value') }} then {{ text_at('urgency.value') }} else {{ text_at('urgency') }} end) end as severity_value,
    case variant when 'incident' then coalesce(case when {{ has_value('state.value') }} then {{ text_at('state.value') }} else {{ text_at('state') }} end, case when {{ has_value('incident_state.value') }} then {{ text_at('incident_state.value') }} else {{ text_at('incident_state') }} end, case when {{ has_value('problem_state.value') }} then {{ text_at('problem_state.value') }} else {{ text_at('problem_state') }} end) end as status_value,
    case variant when 'incident' then coalesce(case when {{ has_value('business_service.value') }} then coalesce({{ text_at('business_service.display_value') }}, {{ text_at('business_service.name') }}, {{ text_at('business_service.value') }}) else case when {{ has_value('business_service.display_value') }} then {{ text_at('business_service.display_value') }} else {{ text_at('business_service') }} end end, case when {{ has_value('service_offering.value') }} then coalesce({{ text_at('service_offering.display_value') }}, {{ text_at('service_offering.name') }}, {{ text_at('service_offering.value') }}) else case when {{ has_value('service_offering.display_value') }} then {{ text_at('service_offering.display_value') }} else {{ text_at('service_offering') }} end end, case when {{ has_value('cmdb_ci.value') }} then coalesce({{ text_at('cmdb_ci.display_value') }}, {{ text_at('cmdb_ci.name') }}, {{ text_at('cmdb_ci.value') }}) else case when {{ has_value('cmdb_ci.display_value') }} then {{ text_at('cmdb_ci.display_value') }} else {{ text_at('cmdb_ci') }} end end) end as service,
    case variant when 'incident' then coalesce(case when {{ has_value('subcategory.value') }} then coalesce({{ text_at('subcategory.display_value') }}, {{ text_at('subcategory.name') }}, {{ text_at('subcategory.value') }}) else case when {{ has_value('subcategory.display_value') }} then {{ text_at('subcategory.display_value') }} else {{ text_at('subcategory') }} end end, case when {{ has_value('category.value') }} then coalesce({{ text_at('category.display_value') }}, {{ text_at('category.name') }}, {{ text_at('category.value') }}) else case when {{ has_value('category.display_value') }} then {{ text_at('category.display_value') }} else {{ text_at('category') }} end end) end as error_type,
    case variant when 'incident' then case when {{ has_value('assignment_group.value') }} then coalesce({{ text_at('assignment_group.display_value') }}, {{ text_at('assignment_group.name') }}, {{ text_at('assignment_group.value') }}) else case when {{ has_value('assignment_group.display_value') }} then {{ text_at('assignment_group.display_value') }} else {{ text_at('assignment_group') }} end end end as team,
    case variant when 'incident' then coalesce(case when {{ has_value('u_environment.value') }} then coalesce({{ text_at('u_environment.display_value') }}, {{ text_at('u_environment.name') }}, {{ text_at('u_environment.value') }}) else case when {{ has_value('u_environment.display_value') }} then {{ text_at('u_environment.display_value') }} else {{ text_at('u_environment') }} end end, case when {{ has_value('environment.value') }} then coalesce({{ text_at('environment.display_value') }}, {{ text_at('environment.name') }}, {{ text_at('environment.value') }}) else case when {{ has_value('environment.display_value') }} then {{ text_at('environment.display_value') }} else {{ text_at('environment') }} end end) end as environment,
    case variant when 'incident' then coalesce(('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=incident.do?sys_id=' || {{ text_at('sys_id.value') }}), ('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=incident.do?sys_id=' || {{ text_at('sys_id') }})) end as external_url,
    case variant when 'incident' then coalesce({{ instant_at('opened_at.value') }}, {{ instant_at('opened_at') }}, {{ instant_at('sys_created_on.value') }}, {{ instant_at('sys_created_on') }}) end as source_created_at,
    case variant when 'incident' then coalesce({{ instant_at('resolved_at.value') }}, {{ instant_at('resolved_at') }}, {{ instant_at('closed_at.value') }}, {{ instant_at('closed_at') }}) end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', case when {{ has_value('number.value') }} then {{ text_at('number.value') }} else {{ text_at('number') }} end, 'impact', case when {{ has_value('impact.value') }} then {{ text_at('impact.value') }} else {{ text_at('impact') }} end, 'urgency', case when {{ has_value('urgency.value') }} then {{ text_at('urgency.value') }} else {{ text_at('urgency') }} end, 'close_code', case when {{ has_value('close_code.value') }} then {{ text_at('close_code.value') }} else {{ text_at('close_code') }} end)) else '{}'::jsonb end as attributes
from variants
