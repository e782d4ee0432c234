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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'rapid7_insightvm'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'rapid7_insightvm') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'rapid7_insightvm' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{critical_vulnerabilities}') and mapping.has_value(payload, '{last_assessed_for_vulnerabilities}')) then 'asset with vulnerabilities'
            when (kind in ('scan') and (mapping.has_value(payload, '{scanName}') or mapping.has_value(payload, '{scanType}')) and mapping.has_value(payload, '{status}')) then 'scan that did not finish'
            when (kind in ('found') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{since}')) then 'vulnerability of an asset'
            when (mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{severityScore}') or mapping.has_value(payload, '{severity_score}') or mapping.has_value(payload, '{cvss}'))) then 'vulnerability'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'rapid7_insightvm'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'asset with vulnerabilities' then nullif(concat_ws(': ', mapping.text_at(payload, '{host_name}'), (mapping.text_at(payload, '{critical_vulnerabilities}') || ' critical vulnerabilities')), '')
        when 'scan that did not finish' then nullif(concat_ws(' ', 'Scan', mapping.text_at(payload, '{scanName}'), mapping.text_at(payload, '{status}')), '')
        when 'vulnerability of an asset' then ('Vulnerability ' || mapping.text_at(payload, '{id}'))
        when 'vulnerability' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'scan that did not finish' then mapping.text_at(payload, '{message}')
        when 'vulnerability of an asset' then mapping.plain_text_at(payload, '{results,0,proof}')
        when 'vulnerability' then coalesce(mapping.text_at(payload, '{description,text}'), mapping.text_at(payload, '{description}'))
    end as body,
    case variant
        when 'asset with vulnerabilities' then case when coalesce(mapping.text_at(payload, '{critical_vulnerabilities}') ~* '^[1-9]', false) then 'critical' else case when coalesce(mapping.text_at(payload, '{severe_vulnerabilities}') ~* '^[1-9]', false) then 'severe' else 'moderate' end end
        when 'scan that did not finish' then 'warning'
        when 'vulnerability' then coalesce(mapping.text_at(payload, '{severity}'), case when case when coalesce(mapping.text_at(payload, '{severityScore}'), mapping.text_at(payload, '{severity_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{severityScore}'), mapping.text_at(payload, '{severity_score}')))::numeric end >= 8 then 'critical' when case when coalesce(mapping.text_at(payload, '{severityScore}'), mapping.text_at(payload, '{severity_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{severityScore}'), mapping.text_at(payload, '{severity_score}')))::numeric end >= 4 then 'severe' when case when coalesce(mapping.text_at(payload, '{severityScore}'), mapping.text_at(payload, '{severity_score}')) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce(mapping.text_at(payload, '{severityScore}'), mapping.text_at(payload, '{severity_score}')))::numeric end >= 0 then 'moderate' end)
    end as severity_value,
    case variant
        when 'asset with vulnerabilities' then case when coalesce(mapping.text_at(payload, '{total_vulnerabilities}') ~* '^0$', false) then 'remediated' else 'vulnerable' end
        when 'scan that did not finish' then mapping.text_at(payload, '{status}')
        when 'vulnerability of an asset' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'asset with vulnerabilities' then coalesce(mapping.text_at(payload, '{host_name}'), mapping.text_at(payload, '{ip}'))
        when 'scan that did not finish' then coalesce(mapping.text_at(payload, '{siteName}'), mapping.text_at(payload, '{engineName}'))
        when 'vulnerability' then mapping.text_at(payload, '{categories,0}')
    end as service,
    case variant
        when 'asset with vulnerabilities' then coalesce(mapping.text_at(payload, '{new,0,vulnerability_id}'), mapping.text_at(payload, '{same,0,vulnerability_id}'))
        when 'scan that did not finish' then mapping.text_at(payload, '{status}')
        when 'vulnerability of an asset' then mapping.text_at(payload, '{id}')
        when 'vulnerability' then coalesce(mapping.text_at(payload, '{cves,0}'), mapping.text_at(payload, '{id}'))
    end as error_type,
    null::text as team,
    null::text as environment,
    case variant
        when 'scan that did not finish' then mapping.text_at(payload, '{links,0,href}')
        when 'vulnerability of an asset' then mapping.text_at(payload, '{links,0,href}')
        when 'vulnerability' then mapping.text_at(payload, '{links,0,href}')
    end as external_url,
    case variant
        when 'asset with vulnerabilities' then coalesce(mapping.instant_at(payload, '{last_scan_end}'), mapping.instant_at(payload, '{last_assessed_for_vulnerabilities}'))
        when 'scan that did not finish' then coalesce(mapping.instant_at(payload, '{startTime}'), mapping.instant_at(payload, '{endTime}'))
        when 'vulnerability of an asset' then mapping.instant_at(payload, '{since}')
        when 'vulnerability' then coalesce(mapping.instant_at(payload, '{added}'), mapping.instant_at(payload, '{published}'))
    end as source_created_at,
    case variant when 'asset with vulnerabilities' then mapping.instant_at(payload, '{last_scan_end}') end as resolved_at,
    case variant
        when 'asset with vulnerabilities' then jsonb_strip_nulls(jsonb_build_object('risk_score', payload #> '{risk_score}', 'total', payload #> '{total_vulnerabilities}'))
        when 'vulnerability of an asset' then jsonb_strip_nulls(jsonb_build_object('port', payload #> '{results,0,port}', 'protocol', payload #> '{results,0,protocol}'))
        when 'vulnerability' then jsonb_strip_nulls(jsonb_build_object('risk_score', coalesce(nullif(payload #> '{riskScore}', 'null'), nullif(payload #> '{risk_score}', 'null')), 'cves', payload #> '{cves}'))
        else '{}'::jsonb
    end as attributes
from variants
