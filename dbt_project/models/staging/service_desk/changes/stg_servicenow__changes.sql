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
    where r.source = 'servicenow' and kind = 'change'

),

variants as (

    select
        records.*, connector.config,
        case
            when ((mapping.has_value(payload, '{sys_id}') and (mapping.has_value(payload, '{short_description}') or (mapping.has_value(payload, '{number}') and (mapping.has_value(payload, '{state}') or mapping.has_value(payload, '{incident_state}'))))) and coalesce(case when mapping.has_value(payload, '{number,value}') then mapping.text_at(payload, '{number,value}') else mapping.text_at(payload, '{number}') end ~* '^CHG|^CTASK', false)) then 'change request'
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
    case variant when 'change request' then 'change' end as change_kind,
    case variant when 'change request' then coalesce(case when mapping.has_value(payload, '{short_description,value}') then mapping.text_at(payload, '{short_description,value}') else mapping.text_at(payload, '{short_description}') end, case when mapping.has_value(payload, '{description,value}') then mapping.text_at(payload, '{description,value}') else mapping.text_at(payload, '{description}') end, case when mapping.has_value(payload, '{number,value}') then mapping.text_at(payload, '{number,value}') else mapping.text_at(payload, '{number}') end) end as title,
    case variant when 'change request' then coalesce(case when mapping.has_value(payload, '{business_service,value}') then coalesce(mapping.text_at(payload, '{business_service,display_value}'), mapping.text_at(payload, '{business_service,name}'), mapping.text_at(payload, '{business_service,value}')) else case when mapping.has_value(payload, '{business_service,display_value}') then mapping.text_at(payload, '{business_service,display_value}') else mapping.text_at(payload, '{business_service}') end end, case when mapping.has_value(payload, '{service_offering,value}') then coalesce(mapping.text_at(payload, '{service_offering,display_value}'), mapping.text_at(payload, '{service_offering,name}'), mapping.text_at(payload, '{service_offering,value}')) else case when mapping.has_value(payload, '{service_offering,display_value}') then mapping.text_at(payload, '{service_offering,display_value}') else mapping.text_at(payload, '{service_offering}') end end, case when mapping.has_value(payload, '{cmdb_ci,value}') then coalesce(mapping.text_at(payload, '{cmdb_ci,display_value}'), mapping.text_at(payload, '{cmdb_ci,name}'), mapping.text_at(payload, '{cmdb_ci,value}')) else case when mapping.has_value(payload, '{cmdb_ci,display_value}') then mapping.text_at(payload, '{cmdb_ci,display_value}') else mapping.text_at(payload, '{cmdb_ci}') end end) end as service,
    case variant when 'change request' then coalesce(case when mapping.has_value(payload, '{u_environment,value}') then coalesce(mapping.text_at(payload, '{u_environment,display_value}'), mapping.text_at(payload, '{u_environment,name}'), mapping.text_at(payload, '{u_environment,value}')) else case when mapping.has_value(payload, '{u_environment,display_value}') then mapping.text_at(payload, '{u_environment,display_value}') else mapping.text_at(payload, '{u_environment}') end end, case when mapping.has_value(payload, '{environment,value}') then coalesce(mapping.text_at(payload, '{environment,display_value}'), mapping.text_at(payload, '{environment,name}'), mapping.text_at(payload, '{environment,value}')) else case when mapping.has_value(payload, '{environment,display_value}') then mapping.text_at(payload, '{environment,display_value}') else mapping.text_at(payload, '{environment}') end end) end as environment,
    case variant when 'change request' then coalesce(('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=change_request.do?sys_id=' || mapping.text_at(payload, '{sys_id,value}')), ('https://' || nullif(config ->> 'instance', '') || '.service-now.com/nav_to.do?uri=change_request.do?sys_id=' || mapping.text_at(payload, '{sys_id}'))) end as external_url,
    case variant when 'change request' then coalesce(mapping.instant_at(payload, '{work_start,value}'), mapping.instant_at(payload, '{work_start}'), mapping.instant_at(payload, '{start_date,value}'), mapping.instant_at(payload, '{start_date}'), mapping.instant_at(payload, '{work_end,value}'), mapping.instant_at(payload, '{work_end}'), mapping.instant_at(payload, '{end_date,value}'), mapping.instant_at(payload, '{end_date}')) end as changed_at
from variants
