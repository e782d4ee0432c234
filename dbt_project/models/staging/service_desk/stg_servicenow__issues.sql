-- Generated from connectors/tools by `causeloop connectors generate`.
with records as (

    select r.*
    from (
        select distinct p.workspace_id, p.source, r.external_id
        from {{ source('raw', 'pending_record') }} as p
        cross join lateral (
            select r.external_id
            from {{ source('raw', 'record') }} as r
            where r.workspace_id = p.workspace_id and r.record_id = p.record_id
            offset 0
        ) as r
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'servicenow'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'servicenow') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'servicenow' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{sys_id}') and coalesce(case when mapping.has_value(payload, '{number,value}') then mapping.text_at(payload, '{number,value}') else mapping.text_at(payload, '{number}') end ~* '^Alert\d', false)) then 'alert of Event Management'
            when ((mapping.has_value(payload, '{sys_id}') and (mapping.has_value(payload, '{short_description}') or (mapping.has_value(payload, '{number}') and (mapping.has_value(payload, '{state}') or mapping.has_value(payload, '{incident_state}'))))) and (mapping.has_value(payload, '{number}') or mapping.has_value(payload, '{state}') or mapping.has_value(payload, '{incident_state}') or mapping.has_value(payload, '{priority}')) and not coalesce(case when mapping.has_value(payload, '{number,value}') then mapping.text_at(payload, '{number,value}') else mapping.text_at(payload, '{number}') end ~* '^CHG|^CTASK', false) and not coalesce(case when mapping.has_value(payload, '{number,value}') then mapping.text_at(payload, '{number,value}') else mapping.text_at(payload, '{number}') end ~* '^(RITM|REQ|SCTASK|KB)\d', false)) then 'incident'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'servicenow'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert of Event Management' then coalesce(case when mapping.has_value(payload, '{short_description,value}') then mapping.text_at(payload, '{short_description,value}') else mapping.text_at(payload, '{short_description}') end, case when mapping.has_value(payload, '{description,value}') then mapping.text_at(payload, '{description,value}') else mapping.text_at(payload, '{description}') end)
        when 'incident' then coalesce(case when mapping.has_value(payload, '{short_description,value}') then mapping.text_at(payload, '{short_description,value}') else mapping.text_at(payload, '{short_description}') end, case when mapping.has_value(payload, '{description,value}') then mapping.text_at(payload, '{description,value}') else mapping.text_at(payload, '{description}') end, case when mapping.has_value(payload, '{number,value}') then mapping.text_at(payload, '{number,value}') else mapping.text_at(payload, '{number}') end)
    end as title,
    case variant
        when 'alert of Event Management' then nullif(coalesce(case when mapping.has_value(payload, '{description,value}') then mapping.text_at(payload, '{description,value}') else mapping.text_at(payload, '{description}') end, case when mapping.has_value(payload, '{additional_info,value}') then mapping.text_at(payload, '{additional_info,value}') else mapping.text_at(payload, '{additional_info}') end), coalesce(case when mapping.has_value(payload, '{short_description,value}') then mapping.text_at(payload, '{short_description,value}') else mapping.text_at(payload, '{short_description}') end, case when mapping.has_value(payload, '{description,value}') then mapping.text_at(payload, '{description,value}') else mapping.text_at(payload, '{description}') end))
        when 'incident' then nullif(case when mapping.has_value(payload, '{description,value}') then mapping.text_at(payload, '{description,value}') else mapping.text_at(payload, '{description}') end, coalesce(case when mapping.has_value(payload, '{short_description,value}') then mapping.text_at(payload, '{short_description,value}') else mapping.text_at(payload, '{short_description}') end, case when mapping.has_value(payload, '{description,value}') then mapping.text_at(payload, '{description,value}') else mapping.text_at(payload, '{description}') end, case when mapping.has_value(payload, '{number,value}') then mapping.text_at(payload, '{number,value}') else mapping.text_at(payload, '{number}') end))
    end as body,
    case variant
        when 'alert of Event Management' then case when mapping.has_value(payload, '{severity,value}') then mapping.text_at(payload, '{severity,value}') else mapping.text_at(payload, '{severity}') end
        when 'incident' then coalesce(case when mapping.has_value(payload, '{priority,value}') then mapping.text_at(payload, '{priority,value}') else mapping.text_at(payload, '{priority}') end, case when mapping.has_value(payload, '{severity,value}') then mapping.text_at(payload, '{severity,value}') else mapping.text_at(payload, '{severity}') end, case when mapping.has_value(payload, '{urgency,value}') then mapping.text_at(payload, '{urgency,value}') else mapping.text_at(payload, '{urgency}') end)
    end as severity_value,
    case variant
        when 'alert of Event Management' then case when mapping.has_value(payload, '{state,value}') then mapping.text_at(payload, '{state,value}') else mapping.text_at(payload, '{state}') end
        when 'incident' then coalesce(case when mapping.has_value(payload, '{state,value}') then mapping.text_at(payload, '{state,value}') else mapping.text_at(payload, '{state}') end, case when mapping.has_value(payload, '{incident_state,value}') then mapping.text_at(payload, '{incident_state,value}') else mapping.text_at(payload, '{incident_state}') end, case when mapping.has_value(payload, '{problem_state,value}') then mapping.text_at(payload, '{problem_state,value}') else mapping.text_at(payload, '{problem_state}') end)
    end as status_value,
    case variant
        when 'alert of Event Management' then coalesce(case when mapping.has_value(payload, '{cmdb_ci,value}') then coalesce(mapping.text_at(payload, '{cmdb_ci,display_value}'), mapping.text_at(payload, '{cmdb_ci,name}'), mapping.text_at(payload, '{cmdb_ci,value}')) else case when mapping.has_value(payload, '{cmdb_ci,display_value}') then mapping.text_at(payload, '{cmdb_ci,display_value}') else mapping.text_at(payload, '{cmdb_ci}') end end, case when mapping.has_value(payload, '{node,value}') then coalesce(mapping.text_at(payload, '{node,display_value}'), mapping.text_at(payload, '{node,name}'), mapping.text_at(payload, '{node,value}')) else case when mapping.has_value(payload, '{node,display_value}') then mapping.text_at(payload, '{node,display_value}') else mapping.text_at(payload, '{node}') end end, case when mapping.has_value(payload, '{resource,value}') then coalesce(mapping.text_at(payload, '{resource,display_value}'), mapping.text_at(payload, '{resource,name}'), mapping.text_at(payload, '{resource,value}')) else case when mapping.has_value(payload, '{resource,display_value}') then mapping.text_at(payload, '{resource,display_value}') else mapping.text_at(payload, '{resource}') end end, case when mapping.has_value(payload, '{source,value}') then coalesce(mapping.text_at(payload, '{source,display_value}'), mapping.text_at(payload, '{source,name}'), mapping.text_at(payload, '{source,value}')) else case when mapping.has_value(payload, '{source,display_value}') then mapping.text_at(payload, '{source,display_value}') else mapping.text_at(payload, '{source}') end end)
        when 'incident' then coalesce(case when mapping.has_value(payload, '{business_service,value}') then coalesce(mapping.text_at(payload, '{business_service,display_value}'), mapping.text_at(payload, '{business_service,name}'), mapping.text_at(payload, '{business_service,value}')) else case when mapping.has_value(payload, '{business_service,display_value}') then mapping.text_at(payload, '{business_service,display_value}') else mapping.text_at(payload, '{business_service}') end end, case when mapping.has_value(payload, '{service_offering,value}') then coalesce(mapping.text_at(payload, '{service_offering,display_value}'), mapping.text_at(payload, '{service_offering,name}'), mapping.text_at(payload, '{service_offering,value}')) else case when mapping.has_value(payload, '{service_offering,display_value}') then mapping.text_at(payload, '{service_offering,display_value}') else mapping.text_at(payload, '{service_offering}') end end, case when mapping.has_value(payload, '{cmdb_ci,value}') then coalesce(mapping.text_at(payload, '{cmdb_ci,display_value}'), mapping.text_at(payload, '{cmdb_ci,name}'), mapping.text_at(payload, '{cmdb_ci,value}')) else case when mapping.has_value(payload, '{cmdb_ci,display_value}') then mapping.text_at(payload, '{cmdb_ci,display_value}') else mapping.text_at(payload, '{cmdb_ci}') end end)
    end as service,
    case variant
        when 'alert of Event Management' then coalesce(case when mapping.has_value(payload, '{type,value}') then mapping.text_at(payload, '{type,value}') else mapping.text_at(payload, '{type}') end, case when mapping.has_value(payload, '{metric_name,value}') then mapping.text_at(payload, '{metric_name,value}') else mapping.text_at(payload, '{metric_name}') end)
        when 'incident' then coalesce(case when mapping.has_value(payload, '{subcategory,value}') then coalesce(mapping.text_at(payload, '{subcategory,display_value}'), mapping.text_at(payload, '{subcategory,name}'), mapping.text_at(payload, '{subcategory,value}')) else case when mapping.has_value(payload, '{subcategory,display_value}') then mapping.text_at(payload, '{subcategory,display_value}') else mapping.text_at(payload, '{subcategory}') end end, case when mapping.has_value(payload, '{category,value}') then coalesce(mapping.text_at(payload, '{category,display_value}'), mapping.text_at(payload, '{category,name}'), mapping.text_at(payload, '{category,value}')) else case when mapping.has_value(payload, '{category,display_value}') then mapping.text_at(payload, '{category,display_value}') else mapping.text_at(payload, '{category}') end end)
    end as error_type,
    case variant
        when 'alert of Event Management' then case when mapping.has_value(payload, '{assignment_group,value}') then coalesce(mapping.text_at(payload, '{assignment_group,display_value}'), mapping.text_at(payload, '{assignment_group,name}'), mapping.text_at(payload, '{assignment_group,value}')) else case when mapping.has_value(payload, '{assignment_group,display_value}') then mapping.text_at(payload, '{assignment_group,display_value}') else mapping.text_at(payload, '{assignment_group}') end end
        when 'incident' then case when mapping.has_value(payload, '{assignment_group,value}') then coalesce(mapping.text_at(payload, '{assignment_group,display_value}'), mapping.text_at(payload, '{assignment_group,name}'), mapping.text_at(payload, '{assignment_group,value}')) else case when mapping.has_value(payload, '{assignment_group,display_value}') then mapping.text_at(payload, '{assignment_group,display_value}') else mapping.text_at(payload, '{assignment_group}') end end
    end as team,
    case variant when 'incident' then coalesce(case when mapping.has_value(payload, '{u_environment,value}') then coalesce(mapping.text_at(payload, '{u_environment,display_value}'), mapping.text_at(payload, '{u_environment,name}'), mapping.text_at(payload, '{u_environment,value}')) else case when mapping.has_value(payload, '{u_environment,display_value}') then mapping.text_at(payload, '{u_environment,display_value}') else mapping.text_at(payload, '{u_environment}') end end, case when mapping.has_value(payload, '{environment,value}') then coalesce(mapping.text_at(payload, '{environment,display_value}'), mapping.text_at(payload, '{environment,name}'), mapping.text_at(payload, '{environment,value}')) else case when mapping.has_value(payload, '{environment,display_value}') then mapping.text_at(payload, '{environment,display_value}') else mapping.text_at(payload, '{environment}') end end) end as environment,
    case variant
        when 'alert of Event Management' then coalesce(('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=em_alert.do?sys_id=' || mapping.text_at(payload, '{sys_id,value}')), ('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=em_alert.do?sys_id=' || mapping.text_at(payload, '{sys_id}')))
        when 'incident' then coalesce(('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=incident.do?sys_id=' || mapping.text_at(payload, '{sys_id,value}')), ('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=incident.do?sys_id=' || mapping.text_at(payload, '{sys_id}')))
    end as external_url,
    case variant
        when 'alert of Event Management' then coalesce(mapping.instant_at(payload, '{initial_event_time,value}'), mapping.instant_at(payload, '{initial_event_time}'), mapping.instant_at(payload, '{initial_remote_time,value}'), mapping.instant_at(payload, '{initial_remote_time}'), mapping.instant_at(payload, '{sys_created_on,value}'), mapping.instant_at(payload, '{sys_created_on}'))
        when 'incident' then coalesce(mapping.instant_at(payload, '{opened_at,value}'), mapping.instant_at(payload, '{opened_at}'), mapping.instant_at(payload, '{sys_created_on,value}'), mapping.instant_at(payload, '{sys_created_on}'))
    end as source_created_at,
    case variant
        when 'alert of Event Management' then coalesce(mapping.instant_at(payload, '{closed_at,value}'), mapping.instant_at(payload, '{closed_at}'), mapping.instant_at(payload, '{last_event_time,value}'), mapping.instant_at(payload, '{last_event_time}'), mapping.instant_at(payload, '{sys_updated_on,value}'), mapping.instant_at(payload, '{sys_updated_on}'))
        when 'incident' then coalesce(mapping.instant_at(payload, '{resolved_at,value}'), mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{closed_at,value}'), mapping.instant_at(payload, '{closed_at}'))
    end as resolved_at,
    case variant
        when 'alert of Event Management' then jsonb_strip_nulls(jsonb_build_object('number', case when mapping.has_value(payload, '{number,value}') then mapping.text_at(payload, '{number,value}') else mapping.text_at(payload, '{number}') end, 'source', case when mapping.has_value(payload, '{source,value}') then mapping.text_at(payload, '{source,value}') else mapping.text_at(payload, '{source}') end))
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', case when mapping.has_value(payload, '{number,value}') then mapping.text_at(payload, '{number,value}') else mapping.text_at(payload, '{number}') end, 'impact', case when mapping.has_value(payload, '{impact,value}') then mapping.text_at(payload, '{impact,value}') else mapping.text_at(payload, '{impact}') end, 'urgency', case when mapping.has_value(payload, '{urgency,value}') then mapping.text_at(payload, '{urgency,value}') else mapping.text_at(payload, '{urgency}') end, 'close_code', case when mapping.has_value(payload, '{close_code,value}') then mapping.text_at(payload, '{close_code,value}') else mapping.text_at(payload, '{close_code}') end))
        else '{}'::jsonb
    end as attributes
from variants
