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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'qualys'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'qualys') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'qualys' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{QID}') and (mapping.has_value(payload, '{STATUS}') or mapping.has_value(payload, '{FIRST_FOUND_DATETIME}') or mapping.has_value(payload, '{UNIQUE_VULN_ID}'))) then 'detection on a host'
            when (kind in ('scan') and mapping.has_value(payload, '{REF}') and mapping.has_value(payload, '{STATUS,STATE}')) then 'scan that did not finish'
            when (mapping.has_value(payload, '{QID}') and mapping.has_value(payload, '{TITLE}')) then 'vulnerability of the knowledge base'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'qualys'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'detection on a host' then coalesce(mapping.text_at(payload, '{TITLE}'), ('Qualys QID ' || mapping.text_at(payload, '{QID}')))
        when 'scan that did not finish' then nullif(concat_ws(' ', 'Scan', mapping.text_at(payload, '{TITLE}'), mapping.text_at(payload, '{STATUS,STATE}')), '')
        when 'vulnerability of the knowledge base' then mapping.text_at(payload, '{TITLE}')
    end as title,
    case variant
        when 'detection on a host' then mapping.text_at(payload, '{RESULTS}')
        when 'vulnerability of the knowledge base' then coalesce(mapping.text_at(payload, '{DIAGNOSIS}'), mapping.text_at(payload, '{CONSEQUENCE}'))
    end as body,
    case variant
        when 'detection on a host' then ('level ' || mapping.text_at(payload, '{SEVERITY}'))
        when 'scan that did not finish' then 'warning'
        when 'vulnerability of the knowledge base' then coalesce(('level ' || mapping.text_at(payload, '{SEVERITY_LEVEL}')), ('level ' || mapping.text_at(payload, '{SEVERITY}')))
    end as severity_value,
    case variant
        when 'detection on a host' then mapping.text_at(payload, '{STATUS}')
        when 'scan that did not finish' then case when coalesce(lower(mapping.text_at(payload, '{STATUS,STATE}')) in ('finished'), false) then 'Finished' else mapping.text_at(payload, '{STATUS,STATE}') end
        when 'vulnerability of the knowledge base' then mapping.text_at(payload, '{STATUS}')
    end as status_value,
    case variant
        when 'detection on a host' then coalesce(mapping.text_at(payload, '{HOST_NAME}'), mapping.text_at(payload, '{DNS}'), mapping.text_at(payload, '{NETBIOS}'), mapping.text_at(payload, '{IP}'))
        when 'scan that did not finish' then mapping.text_at(payload, '{TARGET}')
        when 'vulnerability of the knowledge base' then coalesce(mapping.text_at(payload, '{SOFTWARE_LIST,SOFTWARE,PRODUCT}'), mapping.text_at(payload, '{SOFTWARE_LIST,SOFTWARE,0,PRODUCT}'), mapping.text_at(payload, '{CATEGORY}'))
    end as service,
    case variant
        when 'detection on a host' then coalesce(mapping.text_at(payload, '{CVE_LIST,CVE,0,ID}'), mapping.text_at(payload, '{TYPE}'), mapping.text_at(payload, '{QID}'))
        when 'scan that did not finish' then coalesce(mapping.text_at(payload, '{STATUS,SUB_STATE}'), mapping.text_at(payload, '{STATUS,STATE}'))
        when 'vulnerability of the knowledge base' then coalesce(mapping.text_at(payload, '{CVE_LIST,CVE,0,ID}'), mapping.text_at(payload, '{VULN_TYPE}'), mapping.text_at(payload, '{CATEGORY}'))
    end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'vulnerability of the knowledge base' then coalesce(mapping.text_at(payload, '{VENDOR_REFERENCE_LIST,VENDOR_REFERENCE,0,URL}'), mapping.text_at(payload, '{VENDOR_REFERENCE_LIST,VENDOR_REFERENCE,URL}')) end as external_url,
    case variant
        when 'detection on a host' then mapping.instant_at(payload, '{FIRST_FOUND_DATETIME}')
        when 'scan that did not finish' then mapping.instant_at(payload, '{LAUNCH_DATETIME}')
        when 'vulnerability of the knowledge base' then coalesce(mapping.instant_at(payload, '{PUBLISHED_DATETIME}'), mapping.instant_at(payload, '{LAST_SERVICE_MODIFICATION_DATETIME}'))
    end as source_created_at,
    case variant when 'detection on a host' then coalesce(mapping.instant_at(payload, '{LAST_FIXED_DATETIME}'), mapping.instant_at(payload, '{LAST_UPDATE_DATETIME}')) end as resolved_at,
    case variant
        when 'detection on a host' then jsonb_strip_nulls(jsonb_build_object('qid', payload #> '{QID}', 'port', payload #> '{PORT}', 'times_found', payload #> '{TIMES_FOUND}'))
        when 'scan that did not finish' then jsonb_strip_nulls(jsonb_build_object('reference', payload #> '{REF}', 'type', payload #> '{TYPE}'))
        when 'vulnerability of the knowledge base' then jsonb_strip_nulls(jsonb_build_object('qid', payload #> '{QID}', 'category', payload #> '{CATEGORY}', 'solution', payload #> '{SOLUTION}'))
        else '{}'::jsonb
    end as attributes
from variants
