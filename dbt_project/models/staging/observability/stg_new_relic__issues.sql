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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'new_relic'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'new_relic') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'new_relic' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{incident_id}') and (mapping.has_value(payload, '{condition_name}') or mapping.has_value(payload, '{current_state}'))) then 'webhook of a notification channel'
            when (mapping.has_value(payload, '{alert_url}') and (mapping.has_value(payload, '{short_description}') or mapping.has_value(payload, '{message}'))) then 'webhook of an application''s alert'
            when (mapping.has_value(payload, '{event}') and mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{incidentId}') or mapping.has_value(payload, '{issueId}'))) then 'exported incident event'
            when (mapping.has_value(payload, '{opened_at}') and (mapping.has_value(payload, '{label}') or mapping.has_value(payload, '{condition_name}'))) then 'violation of the REST API'
            when (mapping.has_value(payload, '{opened_at}') and mapping.has_value(payload, '{incident_preference}')) then 'incident of the REST API'
            when (mapping.has_value(payload, '{event_type}') and mapping.has_value(payload, '{timestamp}') and mapping.has_value(payload, '{description}') and not mapping.has_value(payload, '{current_state}')) then 'event of the REST API'
            when (((mapping.has_value(payload, '{priority}') or mapping.has_value(payload, '{severity}')) and (mapping.has_value(payload, '{issueId}') or mapping.has_value(payload, '{state}'))) or (mapping.has_value(payload, '{issueUrl}') and (mapping.has_value(payload, '{state}') or mapping.has_value(payload, '{priority}') or mapping.has_value(payload, '{severity}')))) then 'issue'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'new_relic'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook of a notification channel' then coalesce(nullif(concat_ws(' · ', mapping.text_at(payload, '{condition_name}'), mapping.text_at(payload, '{targets,0,name}')), ''), mapping.text_at(payload, '{details}'))
        when 'webhook of an application''s alert' then coalesce(mapping.text_at(payload, '{short_description}'), mapping.text_at(payload, '{message}'))
        when 'exported incident event' then mapping.text_at(payload, '{title}')
        when 'violation of the REST API' then coalesce(mapping.text_at(payload, '{label}'), mapping.text_at(payload, '{condition_name}'))
        when 'incident of the REST API' then ('Incident ' || mapping.text_at(payload, '{id}') || ' of alert policy ' || mapping.text_at(payload, '{links,policy_id}'))
        when 'event of the REST API' then mapping.text_at(payload, '{description}')
        when 'issue' then coalesce(mapping.text_at(payload, '{title,0}'), mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{annotations,title,0}'), mapping.text_at(payload, '{conditionName,0}'), mapping.text_at(payload, '{alertConditionNames,0}'), mapping.text_at(payload, '{condition_name}'), mapping.text_at(payload, '{details}'))
    end as title,
    case variant
        when 'webhook of a notification channel' then mapping.text_at(payload, '{details}')
        when 'webhook of an application''s alert' then nullif(coalesce(mapping.text_at(payload, '{long_description}'), mapping.text_at(payload, '{message}')), mapping.text_at(payload, '{short_description}'))
        when 'exported incident event' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{title}'))
        when 'issue' then nullif(coalesce(mapping.text_at(payload, '{description,0}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{annotations,description,0}'), mapping.text_at(payload, '{details}'), mapping.text_at(payload, '{alertConditionNames,0}')), coalesce(mapping.text_at(payload, '{title,0}'), mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{name}')))
    end as body,
    case variant
        when 'webhook of a notification channel' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{priority}'))
        when 'webhook of an application''s alert' then mapping.text_at(payload, '{severity}')
        when 'exported incident event' then mapping.text_at(payload, '{priority}')
        when 'violation of the REST API' then mapping.text_at(payload, '{priority}')
        when 'event of the REST API' then mapping.text_at(payload, '{priority}')
        when 'issue' then coalesce(mapping.text_at(payload, '{priority}'), mapping.text_at(payload, '{severity}'))
    end as severity_value,
    case variant
        when 'webhook of a notification channel' then mapping.text_at(payload, '{current_state}')
        when 'webhook of an application''s alert' then case when coalesce(coalesce(mapping.text_at(payload, '{short_description}'), mapping.text_at(payload, '{message}')) ~* '\yended\y|\yclosed\y', false) then 'closed' else 'open' end
        when 'exported incident event' then mapping.text_at(payload, '{event}')
        when 'violation of the REST API' then case when mapping.has_value(payload, '{closed_at}') then 'closed' else 'open' end
        when 'incident of the REST API' then case when mapping.has_value(payload, '{closed_at}') then 'closed' else 'open' end
        when 'event of the REST API' then mapping.text_at(payload, '{event_type}')
        when 'issue' then coalesce(mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{currentState}'))
    end as status_value,
    case variant
        when 'webhook of a notification channel' then coalesce(mapping.text_at(payload, '{targets,0,name}'), mapping.text_at(payload, '{application_name}'))
        when 'webhook of an application''s alert' then coalesce(mapping.text_at(payload, '{application_name}'), mapping.text_at(payload, '{servers,0}'), mapping.text_at(payload, '{server_name}'))
        when 'exported incident event' then coalesce(mapping.text_at(payload, '{"entity.name"}'), mapping.text_at(payload, '{entityName}'), mapping.text_at(payload, '{targetName}'), mapping.text_at(payload, '{entityNames}'))
        when 'violation of the REST API' then mapping.text_at(payload, '{entity,name}')
        when 'issue' then coalesce(mapping.text_at(payload, '{entityNames,0}'), mapping.text_at(payload, '{impactedEntities,0}'), mapping.text_at(payload, '{entitiesData,names,0}'), mapping.text_at(payload, '{entityName}'), mapping.text_at(payload, '{service}'))
    end as service,
    case variant
        when 'webhook of a notification channel' then mapping.text_at(payload, '{condition_name}')
        when 'webhook of an application''s alert' then mapping.text_at(payload, '{alert_policy_name}')
        when 'exported incident event' then mapping.text_at(payload, '{conditionName}')
        when 'violation of the REST API' then mapping.text_at(payload, '{condition_name}')
        when 'event of the REST API' then mapping.text_at(payload, '{event_type}')
        when 'issue' then coalesce(mapping.text_at(payload, '{conditionName,0}'), mapping.text_at(payload, '{alertConditionNames,0}'), mapping.text_at(payload, '{conditionName}'), mapping.text_at(payload, '{accumulations,conditionName,0}'), mapping.text_at(payload, '{condition_name}'))
    end as error_type,
    case variant
        when 'webhook of a notification channel' then coalesce(mapping.text_at(payload, '{team}'), mapping.text_at(payload, '{targets,0,labels,team}'), mapping.text_at(payload, '{targets,0,labels,Team}'))
        when 'exported incident event' then coalesce(mapping.text_at(payload, '{"tags.team"}'), mapping.text_at(payload, '{"tag.team"}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{team}'), mapping.text_at(payload, '{owner}'), mapping.tag_at(payload, '{tags}', 'team|owner'), mapping.tag_at(payload, '{entityTags}', 'team|owner'), mapping.text_at(payload, '{accumulations,tag,team,0}'))
    end as team,
    case variant
        when 'webhook of a notification channel' then coalesce(mapping.text_at(payload, '{targets,0,labels,environment}'), mapping.text_at(payload, '{targets,0,labels,env}'), mapping.text_at(payload, '{targets,0,labels,Environment}'))
        when 'exported incident event' then coalesce(mapping.text_at(payload, '{"tags.environment"}'), mapping.text_at(payload, '{"tags.env"}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{environment}'), mapping.tag_at(payload, '{tags}', 'environment|env'), mapping.tag_at(payload, '{entityTags}', 'environment|env'), mapping.text_at(payload, '{accumulations,tag,environment,0}'))
    end as environment,
    case variant
        when 'webhook of a notification channel' then coalesce(mapping.text_at(payload, '{incident_url}'), mapping.text_at(payload, '{violation_chart_url}'))
        when 'webhook of an application''s alert' then mapping.text_at(payload, '{alert_url}')
        when 'exported incident event' then coalesce(mapping.text_at(payload, '{incidentLink}'), mapping.text_at(payload, '{issueLink}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{issueUrl}'), mapping.text_at(payload, '{issueLink}'), mapping.text_at(payload, '{deepLinkUrl}'), mapping.text_at(payload, '{issuePageUrl}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'webhook of a notification channel' then coalesce(coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.epoch_at(payload, '{timestamp_utc_string}', 1000)), coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.instant_at(payload, '{timestamp_utc_string}')))
        when 'webhook of an application''s alert' then mapping.instant_at(payload, '{created_at}')
        when 'exported incident event' then coalesce(coalesce(mapping.epoch_at(payload, '{openTime}', 1000), mapping.epoch_at(payload, '{timestamp}', 1000)), coalesce(mapping.instant_at(payload, '{openTime}'), mapping.instant_at(payload, '{timestamp}')))
        when 'violation of the REST API' then coalesce(mapping.epoch_at(payload, '{opened_at}', 1000), mapping.instant_at(payload, '{opened_at}'))
        when 'incident of the REST API' then coalesce(mapping.epoch_at(payload, '{opened_at}', 1000), mapping.instant_at(payload, '{opened_at}'))
        when 'event of the REST API' then coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.instant_at(payload, '{timestamp}'))
        when 'issue' then coalesce(coalesce(mapping.epoch_at(payload, '{createdAt}', 1000), mapping.epoch_at(payload, '{activatedAt}', 1000), mapping.epoch_at(payload, '{openTime}', 1000), mapping.epoch_at(payload, '{lastReceived}', 1000)), coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{activatedAt}'), mapping.instant_at(payload, '{openTime}'), mapping.instant_at(payload, '{lastReceived}')))
    end as source_created_at,
    case variant
        when 'webhook of a notification channel' then coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.instant_at(payload, '{timestamp}'))
        when 'exported incident event' then coalesce(coalesce(mapping.epoch_at(payload, '{closeTime}', 1000), mapping.epoch_at(payload, '{timestamp}', 1000)), coalesce(mapping.instant_at(payload, '{closeTime}'), mapping.instant_at(payload, '{timestamp}')))
        when 'violation of the REST API' then coalesce(mapping.epoch_at(payload, '{closed_at}', 1000), mapping.instant_at(payload, '{closed_at}'))
        when 'incident of the REST API' then coalesce(mapping.epoch_at(payload, '{closed_at}', 1000), mapping.instant_at(payload, '{closed_at}'))
        when 'event of the REST API' then coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.instant_at(payload, '{timestamp}'))
        when 'issue' then coalesce(coalesce(mapping.epoch_at(payload, '{closedAt}', 1000), mapping.epoch_at(payload, '{updatedAt}', 1000)), coalesce(mapping.instant_at(payload, '{closedAt}'), mapping.instant_at(payload, '{updatedAt}')))
    end as resolved_at,
    case variant
        when 'webhook of a notification channel' then jsonb_strip_nulls(jsonb_build_object('policy', payload #> '{policy_name}', 'event_type', payload #> '{event_type}', 'duration', payload #> '{duration}', 'runbook', payload #> '{runbook_url}'))
        when 'webhook of an application''s alert' then jsonb_strip_nulls(jsonb_build_object('account', payload #> '{account_name}'))
        when 'exported incident event' then jsonb_strip_nulls(jsonb_build_object('policy', payload #> '{policyName}', 'runbook', payload #> '{runbookUrl}'))
        when 'violation of the REST API' then jsonb_strip_nulls(jsonb_build_object('policy', payload #> '{policy_name}', 'incident', payload #> '{links,incident_id}'))
        when 'incident of the REST API' then jsonb_strip_nulls(jsonb_build_object('policy_id', payload #> '{links,policy_id}', 'violations', payload #> '{links,violations}'))
        when 'event of the REST API' then jsonb_strip_nulls(jsonb_build_object('product', payload #> '{product}', 'entity_type', payload #> '{entity_type}', 'incident', payload #> '{incident_id}'))
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('policy', coalesce(nullif(payload #> '{policyName,0}', 'null'), nullif(payload #> '{alertPolicyNames,0}', 'null'), nullif(payload #> '{policyName}', 'null')), 'incidents', payload #> '{totalIncidents}', 'workflow', payload #> '{workflowName}', 'runbook', payload #> '{alertRunbookUrl}'))
        else '{}'::jsonb
    end as attributes
from variants
