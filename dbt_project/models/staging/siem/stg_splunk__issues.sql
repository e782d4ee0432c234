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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'splunk'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'splunk') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'splunk' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{sid}') and mapping.has_value(payload, '{search_name}')) then 'alert of the webhook action'
            when (mapping.has_value(payload, '{event_id}') and (mapping.has_value(payload, '{rule_name}') or mapping.has_value(payload, '{rule_title}') or mapping.has_value(payload, '{search_name}'))) then 'notable event'
            when mapping.has_value(payload, '{content,savedsearch_name}') then 'fired alert'
            when ((mapping.has_value(payload, '{incident_id}') or mapping.has_value(payload, '{investigation_guid}')) and (mapping.has_value(payload, '{name}') or mapping.has_value(payload, '{title}'))) then 'finding or investigation of Mission Control'
            when (mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{source_data_identifier}') and mapping.has_value(payload, '{label}')) then 'container of SOAR'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'splunk'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert of the webhook action' then coalesce(mapping.text_at(payload, '{result,rule_title}'), mapping.text_at(payload, '{search_name}'))
        when 'notable event' then coalesce(mapping.text_at(payload, '{rule_title}'), mapping.text_at(payload, '{search_name}'), mapping.text_at(payload, '{rule_name}'))
        when 'fired alert' then mapping.text_at(payload, '{content,savedsearch_name}')
        when 'finding or investigation of Mission Control' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{name}'))
        when 'container of SOAR' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'alert of the webhook action' then coalesce(mapping.text_at(payload, '{result,rule_description}'), mapping.text_at(payload, '{result,message}'), mapping.text_at(payload, '{result,_raw}'))
        when 'notable event' then coalesce(mapping.text_at(payload, '{rule_description}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{_raw}'))
        when 'finding or investigation of Mission Control' then mapping.text_at(payload, '{description}')
        when 'container of SOAR' then mapping.text_at(payload, '{description}')
    end as body,
    case variant
        when 'alert of the webhook action' then coalesce(mapping.text_at(payload, '{result,urgency}'), mapping.text_at(payload, '{result,severity}'), mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{result,priority}'))
        when 'notable event' then coalesce(mapping.text_at(payload, '{urgency}'), mapping.text_at(payload, '{severity}'))
        when 'fired alert' then mapping.text_at(payload, '{content,severity}')
        when 'finding or investigation of Mission Control' then coalesce(mapping.text_at(payload, '{urgency}'), mapping.text_at(payload, '{severity}'))
        when 'container of SOAR' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'alert of the webhook action' then coalesce(mapping.text_at(payload, '{result,status_label}'), mapping.text_at(payload, '{result,status}'), 'triggered')
        when 'notable event' then coalesce(mapping.text_at(payload, '{status_label}'), mapping.text_at(payload, '{status}'))
        when 'fired alert' then 'triggered'
        when 'finding or investigation of Mission Control' then coalesce(mapping.text_at(payload, '{status_name}'), mapping.text_at(payload, '{status}'))
        when 'container of SOAR' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'alert of the webhook action' then coalesce(mapping.text_at(payload, '{result,service}'), mapping.text_at(payload, '{result,dest}'), mapping.text_at(payload, '{result,host}'), mapping.text_at(payload, '{result,source}'), mapping.text_at(payload, '{app}'))
        when 'notable event' then coalesce(mapping.text_at(payload, '{dest}'), mapping.text_at(payload, '{dvc}'), mapping.text_at(payload, '{host}'), mapping.text_at(payload, '{src}'), mapping.text_at(payload, '{source}'))
        when 'fired alert' then coalesce(mapping.text_at(payload, '{acl,app}'), mapping.text_at(payload, '{content,app}'))
        when 'finding or investigation of Mission Control' then coalesce(mapping.text_at(payload, '{app}'), mapping.text_at(payload, '{source}'))
        when 'container of SOAR' then coalesce(mapping.text_at(payload, '{custom_fields,service}'), mapping.text_at(payload, '{asset_name}'))
    end as service,
    case variant
        when 'alert of the webhook action' then coalesce(mapping.text_at(payload, '{result,error_type}'), mapping.text_at(payload, '{result,signature}'), mapping.text_at(payload, '{result,sourcetype}'))
        when 'notable event' then coalesce(mapping.text_at(payload, '{security_domain}'), mapping.text_at(payload, '{savedsearch_name}'), mapping.text_at(payload, '{rule_name}'))
        when 'finding or investigation of Mission Control' then coalesce(mapping.text_at(payload, '{incident_type}'), mapping.text_at(payload, '{investigation_type}'))
        when 'container of SOAR' then mapping.text_at(payload, '{label}')
    end as error_type,
    case variant
        when 'alert of the webhook action' then coalesce(nullif(mapping.text_at(payload, '{result,owner}'), 'unassigned'), nullif(mapping.text_at(payload, '{owner}'), 'unassigned'))
        when 'notable event' then coalesce(nullif(mapping.text_at(payload, '{owner_realname}'), 'unassigned'), nullif(mapping.text_at(payload, '{owner}'), 'unassigned'))
        when 'fired alert' then coalesce(mapping.text_at(payload, '{acl,owner}'), mapping.text_at(payload, '{author}'))
        when 'finding or investigation of Mission Control' then coalesce(nullif(mapping.text_at(payload, '{owner}'), 'unassigned'), nullif(mapping.text_at(payload, '{assignee}'), 'unassigned'))
        when 'container of SOAR' then nullif(mapping.text_at(payload, '{owner_name}'), 'unassigned')
    end as team,
    case variant
        when 'alert of the webhook action' then coalesce(mapping.text_at(payload, '{result,environment}'), mapping.text_at(payload, '{result,env}'), mapping.text_at(payload, '{result,index}'))
        when 'notable event' then mapping.text_at(payload, '{index}')
    end as environment,
    case variant
        when 'alert of the webhook action' then mapping.text_at(payload, '{results_link}')
        when 'notable event' then coalesce(mapping.text_at(payload, '{drilldown_search_link}'), mapping.text_at(payload, '{results_link}'))
        when 'fired alert' then mapping.text_at(payload, '{links,alternate}')
    end as external_url,
    case variant
        when 'alert of the webhook action' then coalesce(mapping.epoch_at(payload, '{result,_time}', 1), mapping.instant_at(payload, '{result,_time}'), mapping.epoch_at(payload, '{result,_indextime}', 1), mapping.instant_at(payload, '{result,_indextime}'), mapping.epoch_at(payload, '{result,trigger_time}', 1))
        when 'notable event' then coalesce(mapping.instant_at(payload, '{_time}'), mapping.epoch_at(payload, '{_time}', 1))
        when 'fired alert' then coalesce(mapping.epoch_at(payload, '{content,trigger_time}', 1), mapping.instant_at(payload, '{published}'), mapping.instant_at(payload, '{updated}'))
        when 'finding or investigation of Mission Control' then coalesce(mapping.instant_at(payload, '{create_time}'), mapping.epoch_at(payload, '{create_time}', 1))
        when 'container of SOAR' then coalesce(mapping.instant_at(payload, '{start_time}'), mapping.instant_at(payload, '{create_time}'))
    end as source_created_at,
    case variant
        when 'notable event' then coalesce(mapping.instant_at(payload, '{review_time}'), mapping.epoch_at(payload, '{review_time}', 1))
        when 'finding or investigation of Mission Control' then coalesce(mapping.instant_at(payload, '{update_time}'), mapping.epoch_at(payload, '{update_time}', 1))
        when 'container of SOAR' then coalesce(mapping.instant_at(payload, '{close_time}'), mapping.instant_at(payload, '{container_update_time}'))
    end as resolved_at,
    case variant
        when 'alert of the webhook action' then jsonb_strip_nulls(jsonb_build_object('app', payload #> '{app}'))
        when 'notable event' then jsonb_strip_nulls(jsonb_build_object('user', payload #> '{user}', 'risk_score', payload #> '{risk_score}', 'owner', payload #> '{owner}'))
        when 'fired alert' then jsonb_strip_nulls(jsonb_build_object('alert_type', payload #> '{content,alert_type}', 'digest', payload #> '{content,digest_mode}'))
        when 'container of SOAR' then jsonb_strip_nulls(jsonb_build_object('label', payload #> '{label}', 'sensitivity', payload #> '{sensitivity}', 'tags', payload #> '{tags}'))
        else '{}'::jsonb
    end as attributes
from variants
