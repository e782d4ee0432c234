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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'tenable'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'tenable') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'tenable' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{plugin,name}') and mapping.has_value(payload, '{asset}')) then 'exported finding'
            when mapping.has_value(payload, '{plugin_details,name}') then 'details of a vulnerability'
            when ((mapping.has_value(payload, '{vuln_id}') or mapping.has_value(payload, '{finding_id}')) and mapping.has_value(payload, '{plugin_id}') and (mapping.has_value(payload, '{uri}') or mapping.has_value(payload, '{url}'))) then 'vulnerability of a web application scan'
            when (mapping.has_value(payload, '{plugin_id}') and mapping.has_value(payload, '{plugin_name}')) then 'vulnerability of a workbench'
            when (mapping.has_value(payload, '{check_name}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{asset_uuid}') or mapping.has_value(payload, '{asset}'))) then 'compliance finding'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'tenable'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'exported finding' then mapping.text_at(payload, '{plugin,name}')
        when 'details of a vulnerability' then mapping.text_at(payload, '{plugin_details,name}')
        when 'vulnerability of a web application scan' then coalesce(mapping.text_at(payload, '{plugin_name}'), mapping.text_at(payload, '{name}'), ('Finding of plugin ' || mapping.text_at(payload, '{plugin_id}')))
        when 'vulnerability of a workbench' then mapping.text_at(payload, '{plugin_name}')
        when 'compliance finding' then mapping.text_at(payload, '{check_name}')
    end as title,
    case variant
        when 'exported finding' then coalesce(mapping.text_at(payload, '{output}'), mapping.text_at(payload, '{plugin,synopsis}'), mapping.text_at(payload, '{plugin,description}'))
        when 'details of a vulnerability' then coalesce(mapping.text_at(payload, '{synopsis}'), mapping.text_at(payload, '{description}'))
        when 'vulnerability of a web application scan' then coalesce(mapping.text_at(payload, '{details,output}'), mapping.text_at(payload, '{output}'), mapping.text_at(payload, '{details,proof}'))
        when 'compliance finding' then mapping.text_at(payload, '{check_info}')
    end as body,
    case variant
        when 'exported finding' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{severity_id}'), mapping.text_at(payload, '{plugin,risk_factor}'))
        when 'details of a vulnerability' then coalesce(mapping.text_at(payload, '{risk_information,risk_factor}'), mapping.text_at(payload, '{severity}'))
        when 'vulnerability of a web application scan' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{risk_factor}'))
        when 'vulnerability of a workbench' then mapping.text_at(payload, '{severity}')
        when 'compliance finding' then mapping.text_at(payload, '{status}')
    end as severity_value,
    case variant
        when 'exported finding' then mapping.text_at(payload, '{state}')
        when 'details of a vulnerability' then mapping.text_at(payload, '{vulnerability_state}')
        when 'vulnerability of a web application scan' then mapping.text_at(payload, '{state}')
        when 'vulnerability of a workbench' then coalesce(mapping.text_at(payload, '{vulnerability_state}'), mapping.text_at(payload, '{state}'))
        when 'compliance finding' then coalesce(mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{status}'))
    end as status_value,
    case variant
        when 'exported finding' then coalesce(mapping.text_at(payload, '{asset,hostname}'), mapping.text_at(payload, '{asset,fqdn}'), mapping.text_at(payload, '{asset,name}'), mapping.text_at(payload, '{asset,ipv4}'))
        when 'details of a vulnerability' then mapping.text_at(payload, '{plugin_details,family}')
        when 'vulnerability of a web application scan' then coalesce(mapping.text_at(payload, '{asset_name}'), mapping.text_at(payload, '{uri}'), mapping.text_at(payload, '{url}'))
        when 'vulnerability of a workbench' then mapping.text_at(payload, '{plugin_family}')
        when 'compliance finding' then coalesce(mapping.text_at(payload, '{asset,hostname}'), mapping.text_at(payload, '{asset_uuid}'))
    end as service,
    case variant
        when 'exported finding' then coalesce(mapping.text_at(payload, '{plugin,cve,0}'), mapping.text_at(payload, '{plugin,family}'), mapping.text_at(payload, '{plugin,id}'))
        when 'details of a vulnerability' then coalesce(mapping.text_at(payload, '{reference_information,0,values,0}'), mapping.text_at(payload, '{plugin_details,family}'))
        when 'vulnerability of a web application scan' then coalesce(mapping.text_at(payload, '{plugin_family}'), mapping.text_at(payload, '{plugin_id}'))
        when 'vulnerability of a workbench' then coalesce(mapping.text_at(payload, '{plugin_family}'), mapping.text_at(payload, '{plugin_id}'))
        when 'compliance finding' then coalesce(mapping.text_at(payload, '{audit_file}'), mapping.text_at(payload, '{check_id}'))
    end as error_type,
    null::text as team,
    case variant when 'exported finding' then coalesce(mapping.text_at(payload, '{asset,network_name}'), mapping.text_at(payload, '{asset,network_id}')) end as environment,
    case variant
        when 'exported finding' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{plugin,see_also,0}'))
        when 'details of a vulnerability' then mapping.text_at(payload, '{see_also,0}')
        when 'vulnerability of a web application scan' then coalesce(mapping.text_at(payload, '{uri}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'exported finding' then coalesce(mapping.instant_at(payload, '{first_found}'), mapping.instant_at(payload, '{indexed}'), mapping.instant_at(payload, '{indexed_at}'))
        when 'details of a vulnerability' then coalesce(mapping.instant_at(payload, '{discovery,seen_first}'), mapping.instant_at(payload, '{plugin_details,publication_date}'))
        when 'vulnerability of a web application scan' then coalesce(mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{first_observed}'), mapping.instant_at(payload, '{first_found}'))
        when 'vulnerability of a workbench' then coalesce(mapping.instant_at(payload, '{first_found}'), mapping.instant_at(payload, '{discovery,seen_first}'))
        when 'compliance finding' then mapping.instant_at(payload, '{first_seen}')
    end as source_created_at,
    case variant
        when 'exported finding' then coalesce(mapping.instant_at(payload, '{last_fixed}'), mapping.instant_at(payload, '{last_found}'))
        when 'vulnerability of a web application scan' then coalesce(mapping.instant_at(payload, '{last_fixed}'), mapping.instant_at(payload, '{last_observed}'))
        when 'vulnerability of a workbench' then mapping.instant_at(payload, '{last_found}')
        when 'compliance finding' then mapping.instant_at(payload, '{last_fixed}')
    end as resolved_at,
    case variant
        when 'exported finding' then jsonb_strip_nulls(jsonb_build_object('plugin', payload #> '{plugin,id}', 'port', payload #> '{port,port}', 'solution', payload #> '{plugin,solution}'))
        when 'details of a vulnerability' then jsonb_strip_nulls(jsonb_build_object('solution', payload #> '{solution}', 'count', payload #> '{count}'))
        when 'vulnerability of a web application scan' then jsonb_strip_nulls(jsonb_build_object('plugin', payload #> '{plugin_id}', 'scan', payload #> '{scan_id}'))
        when 'vulnerability of a workbench' then jsonb_strip_nulls(jsonb_build_object('plugin', payload #> '{plugin_id}', 'count', payload #> '{count}'))
        else '{}'::jsonb
    end as attributes
from variants
