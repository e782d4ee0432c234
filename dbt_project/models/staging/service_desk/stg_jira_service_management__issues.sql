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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'jira_service_management'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'jira_service_management') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'jira_service_management' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('event') and (mapping.has_value(payload, '{message}') and mapping.has_value(payload, '{action}'))) then 'alert webhook'
            when (kind in ('alert') and (mapping.has_value(payload, '{message}') and mapping.has_value(payload, '{tinyId}') and mapping.has_value(payload, '{status}'))) then 'alert'
            when (mapping.has_value(payload, '{issueKey}') and mapping.has_value(payload, '{currentStatus}')) then 'customer request'
            when (mapping.has_value(payload, '{fields,summary}') and mapping.has_value(payload, '{key}')) then 'issue'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'jira_service_management'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert webhook' then mapping.text_at(payload, '{message}')
        when 'alert' then mapping.text_at(payload, '{message}')
        when 'customer request' then coalesce(mapping.text_at(payload, '{summary}'), mapping.element_at(payload, '{requestFieldValues}', '{fieldId}', 'summary', '{value}'), (mapping.text_at(payload, '{requestType,name}') || ' ' || mapping.text_at(payload, '{issueKey}')))
        when 'issue' then mapping.text_at(payload, '{fields,summary}')
    end as title,
    case variant
        when 'alert webhook' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{message}'))
        when 'alert' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{message}'))
        when 'customer request' then coalesce(mapping.text_at(payload, '{description}'), mapping.element_at(payload, '{requestFieldValues}', '{fieldId}', 'description', '{value}'))
        when 'issue' then mapping.document_at(payload, '{fields,description}')
    end as body,
    case variant
        when 'alert webhook' then mapping.text_at(payload, '{priority}')
        when 'alert' then mapping.text_at(payload, '{priority}')
        when 'customer request' then coalesce(mapping.element_at(payload, '{requestFieldValues}', '{fieldId}', 'priority', '{value,name}'), mapping.text_at(payload, '{priority,name}'), mapping.text_at(payload, '{priority}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{fields,priority,name}'), mapping.text_at(payload, '{fields,priority}'))
    end as severity_value,
    case variant
        when 'alert webhook' then case when coalesce(lower(mapping.text_at(payload, '{action}')) in ('create', 'acknowledge', 'unacknowledge', 'close', 'delete', 'snooze', 'snoozeended'), false) then mapping.text_at(payload, '{action}') else null::text end
        when 'alert' then case when (coalesce(lower(mapping.text_at(payload, '{status}')) in ('open'), false) and coalesce(lower(mapping.text_at(payload, '{acknowledged}')) in ('true'), false)) then 'acknowledged' else mapping.text_at(payload, '{status}') end
        when 'customer request' then coalesce(mapping.text_at(payload, '{currentStatus,statusCategory}'), mapping.text_at(payload, '{currentStatus,status}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{fields,status,statusCategory,key}'), mapping.text_at(payload, '{fields,status,name}'))
    end as status_value,
    case variant
        when 'alert webhook' then coalesce(mapping.text_at(payload, '{details,service}'), mapping.tag_at(payload, '{tags}', 'service|svc'), mapping.text_at(payload, '{entity}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{details,service}'), mapping.text_at(payload, '{extraProperties,service}'), mapping.tag_at(payload, '{tags}', 'service|svc'), mapping.text_at(payload, '{entity}'))
        when 'customer request' then coalesce(mapping.element_at(payload, '{requestFieldValues}', '{fieldId}', 'components', '{value,0,name}'), mapping.text_at(payload, '{serviceDesk,projectName}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{fields,components,0,name}'), mapping.tag_at(payload, '{fields,labels}', 'service|svc'), mapping.text_at(payload, '{fields,project,name}'))
    end as service,
    case variant
        when 'customer request' then mapping.text_at(payload, '{requestType,name}')
        when 'issue' then coalesce(mapping.text_at(payload, '{fields,issuetype,name}'), mapping.text_at(payload, '{fields,issueType,name}'))
    end as error_type,
    case variant
        when 'alert webhook' then coalesce(mapping.text_at(payload, '{teams,0,name}'), mapping.text_at(payload, '{teams,0}'), mapping.element_at(payload, '{responders}', '{type}', 'team', '{name}'), mapping.tag_at(payload, '{tags}', 'team'))
        when 'alert' then coalesce(mapping.element_at(payload, '{responders}', '{type}', 'team', '{name}'), mapping.tag_at(payload, '{tags}', 'team'))
        when 'issue' then mapping.tag_at(payload, '{fields,labels}', 'team')
    end as team,
    case variant
        when 'alert webhook' then coalesce(mapping.text_at(payload, '{details,environment}'), mapping.tag_at(payload, '{tags}', 'env|environment'))
        when 'alert' then coalesce(mapping.text_at(payload, '{details,environment}'), mapping.text_at(payload, '{extraProperties,environment}'), mapping.tag_at(payload, '{tags}', 'env|environment'))
        when 'customer request' then mapping.element_at(payload, '{requestFieldValues}', '{fieldId}', 'environment', '{value}')
        when 'issue' then coalesce(mapping.document_at(payload, '{fields,environment}'), mapping.tag_at(payload, '{fields,labels}', 'env|environment'))
    end as environment,
    case variant
        when 'alert webhook' then mapping.text_at(payload, '{links,web}')
        when 'alert' then mapping.text_at(payload, '{links,web}')
        when 'customer request' then coalesce(mapping.text_at(payload, '{_links,web}'), ('https://' || nullif(config ->> 'site', '') || '.atlassian.net/browse/' || mapping.text_at(payload, '{issueKey}')))
        when 'issue' then ('https://' || nullif(config ->> 'site', '') || '.atlassian.net/browse/' || mapping.text_at(payload, '{key}'))
    end as external_url,
    case variant
        when 'alert webhook' then coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.epoch_at(payload, '{createdAt}', 1000))
        when 'alert' then mapping.instant_at(payload, '{createdAt}')
        when 'customer request' then coalesce(mapping.instant_at(payload, '{createdDate,iso8601}'), mapping.epoch_at(payload, '{createdDate,epochMillis}', 1000))
        when 'issue' then mapping.instant_at(payload, '{fields,created}')
    end as source_created_at,
    case variant
        when 'alert webhook' then mapping.epoch_at(payload, '{updatedAt}', 1000000000)
        when 'alert' then coalesce(mapping.instant_at(payload, '{closedAt}'), mapping.instant_at(payload, '{updatedAt}'))
        when 'customer request' then mapping.instant_at(payload, '{currentStatus,statusDate,iso8601}')
        when 'issue' then coalesce(mapping.instant_at(payload, '{fields,resolutiondate}'), mapping.instant_at(payload, '{fields,statuscategorychangedate}'), mapping.instant_at(payload, '{fields,updated}'))
    end as resolved_at,
    case variant
        when 'alert webhook' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{tinyId}', 'alias', payload #> '{alias}', 'tags', payload #> '{tags}', 'origin', payload #> '{source}'))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{tinyId}', 'alias', payload #> '{alias}', 'tags', payload #> '{tags}', 'origin', payload #> '{source}'))
        when 'customer request' then jsonb_strip_nulls(jsonb_build_object('key', payload #> '{issueKey}', 'request_type', payload #> '{requestTypeId}', 'service_desk', payload #> '{serviceDeskId}'))
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('key', payload #> '{key}', 'labels', payload #> '{fields,labels}'))
        else '{}'::jsonb
    end as attributes
from variants
