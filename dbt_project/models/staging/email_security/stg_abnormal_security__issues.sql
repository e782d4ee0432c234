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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'abnormal_security'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'abnormal_security') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'abnormal_security' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{caseId}') and (mapping.has_value(payload, '{description}') or mapping.has_value(payload, '{severity}') or mapping.has_value(payload, '{caseStatus}'))) then 'case'
            when (mapping.has_value(payload, '{threatId}') and (mapping.has_value(payload, '{subject}') or mapping.has_value(payload, '{messages,0}') or mapping.has_value(payload, '{attackType}'))) then 'threat'
            when (mapping.has_value(payload, '{campaignId}') and (mapping.has_value(payload, '{subject}') or mapping.has_value(payload, '{firstReported}') or mapping.has_value(payload, '{attackType}'))) then 'reported campaign'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'abnormal_security'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'case' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{severity}'), ('Case ' || mapping.text_at(payload, '{caseId}')))
        when 'threat' then coalesce(mapping.text_at(payload, '{subject}'), mapping.text_at(payload, '{messages,0,subject}'), mapping.text_at(payload, '{attackType}'), mapping.text_at(payload, '{messages,0,attackType}'))
        when 'reported campaign' then coalesce(mapping.text_at(payload, '{subject}'), ('Campaign ' || mapping.text_at(payload, '{campaignId}')))
    end as title,
    case variant
        when 'case' then coalesce(mapping.text_at(payload, '{analysis}'), mapping.text_at(payload, '{genaiSummary}'))
        when 'threat' then nullif(concat_ws(' · ', coalesce(mapping.text_at(payload, '{attackType}'), mapping.text_at(payload, '{messages,0,attackType}')), coalesce(mapping.text_at(payload, '{attackStrategy}'), mapping.text_at(payload, '{messages,0,attackStrategy}')), coalesce(mapping.text_at(payload, '{attackVector}'), mapping.text_at(payload, '{messages,0,attackVector}')), coalesce(mapping.text_at(payload, '{summaryInsights,0}'), mapping.text_at(payload, '{messages,0,summaryInsights,0}'))), '')
    end as body,
    case variant
        when 'case' then coalesce(mapping.text_at(payload, '{severity_level}'), mapping.text_at(payload, '{severity}'))
        when 'threat' then coalesce(mapping.text_at(payload, '{attackType}'), mapping.text_at(payload, '{messages,0,attackType}'))
        when 'reported campaign' then mapping.text_at(payload, '{attackType}')
    end as severity_value,
    case variant
        when 'case' then coalesce(mapping.text_at(payload, '{caseStatus}'), mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{remediation_status}'))
        when 'threat' then case when (coalesce(lower(coalesce(mapping.text_at(payload, '{autoRemediated}'), mapping.text_at(payload, '{messages,0,autoRemediated}'))) in ('true'), false) or coalesce(lower(coalesce(mapping.text_at(payload, '{postRemediated}'), mapping.text_at(payload, '{messages,0,postRemediated}'))) in ('true'), false) or mapping.has_value(payload, '{remediationTimestamp}') or mapping.has_value(payload, '{messages,0,remediationTimestamp}')) then 'remediated' else coalesce(mapping.text_at(payload, '{remediationStatus}'), mapping.text_at(payload, '{messages,0,remediationStatus}')) end
        when 'reported campaign' then coalesce(mapping.text_at(payload, '{overallStatus}'), mapping.text_at(payload, '{judgementStatus}'))
    end as status_value,
    case variant
        when 'case' then mapping.text_at(payload, '{affectedEmployee}')
        when 'threat' then coalesce(mapping.text_at(payload, '{recipientAddress}'), mapping.text_at(payload, '{messages,0,recipientAddress}'), mapping.text_at(payload, '{toAddresses}'), mapping.text_at(payload, '{messages,0,toAddresses}'))
        when 'reported campaign' then mapping.text_at(payload, '{recipientAddress}')
    end as service,
    case variant
        when 'case' then coalesce(mapping.text_at(payload, '{threatType}'), mapping.text_at(payload, '{severity}'))
        when 'threat' then coalesce(mapping.text_at(payload, '{attackType}'), mapping.text_at(payload, '{messages,0,attackType}'))
        when 'reported campaign' then mapping.text_at(payload, '{attackType}')
    end as error_type,
    null::text as team,
    null::text as environment,
    case variant
        when 'case' then coalesce(mapping.text_at(payload, '{portalUrl}'), mapping.text_at(payload, '{abxPortalUrl}'))
        when 'threat' then coalesce(mapping.text_at(payload, '{abxPortalUrl}'), mapping.text_at(payload, '{messages,0,abxPortalUrl}'))
    end as external_url,
    case variant
        when 'case' then coalesce(mapping.instant_at(payload, '{firstObserved}'), mapping.instant_at(payload, '{createdTime}'), mapping.instant_at(payload, '{last_modified}'), mapping.instant_at(payload, '{lastModifiedTime}'))
        when 'threat' then coalesce(mapping.instant_at(payload, '{receivedTime}'), mapping.instant_at(payload, '{messages,0,receivedTime}'), mapping.instant_at(payload, '{sentTime}'), mapping.instant_at(payload, '{messages,0,sentTime}'), mapping.instant_at(payload, '{firstObserved}'))
        when 'reported campaign' then mapping.instant_at(payload, '{firstReported}')
    end as source_created_at,
    case variant
        when 'case' then coalesce(mapping.instant_at(payload, '{lastModifiedTime}'), mapping.instant_at(payload, '{last_modified}'), mapping.instant_at(payload, '{customerVisibleTime}'))
        when 'threat' then coalesce(mapping.instant_at(payload, '{remediationTimestamp}'), mapping.instant_at(payload, '{messages,0,remediationTimestamp}'))
        when 'reported campaign' then mapping.instant_at(payload, '{lastReported}')
    end as resolved_at,
    case variant
        when 'case' then jsonb_strip_nulls(jsonb_build_object('confidence', payload #> '{confidence}', 'threats', payload #> '{threatIds}'))
        when 'threat' then jsonb_strip_nulls(jsonb_build_object('sender', coalesce(nullif(payload #> '{fromAddress}', 'null'), nullif(payload #> '{messages,0,fromAddress}', 'null')), 'attacked_party', coalesce(nullif(payload #> '{attackedParty}', 'null'), nullif(payload #> '{messages,0,attackedParty}', 'null')), 'strategy', coalesce(nullif(payload #> '{attackStrategy}', 'null'), nullif(payload #> '{messages,0,attackStrategy}', 'null'))))
        when 'reported campaign' then jsonb_strip_nulls(jsonb_build_object('sender', payload #> '{fromAddress}', 'messages', payload #> '{messageCount}'))
        else '{}'::jsonb
    end as attributes
from variants
