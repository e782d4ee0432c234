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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'vanta'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'vanta') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'vanta' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{name}') and (mapping.has_value(payload, '{vulnerabilityType}') or mapping.has_value(payload, '{packageIdentifier}') or mapping.has_value(payload, '{targetId}'))) then 'vulnerability'
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{lastTestRunDate}') or mapping.has_value(payload, '{latestFlipDate}'))) then 'test'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'vanta'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'vulnerability' then mapping.text_at(payload, '{name}')
        when 'test' then mapping.text_at(payload, '{name}')
    end as title,
    case variant
        when 'vulnerability' then mapping.text_at(payload, '{description}')
        when 'test' then coalesce(mapping.text_at(payload, '{failureDescription}'), mapping.text_at(payload, '{description}'))
    end as body,
    case variant
        when 'vulnerability' then mapping.text_at(payload, '{severity}')
        when 'test' then mapping.text_at(payload, '{status}')
    end as severity_value,
    case variant
        when 'vulnerability' then case when mapping.has_value(payload, '{deactivateMetadata,deactivatedOnDate}') then 'deactivated' else 'active' end
        when 'test' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'vulnerability' then coalesce(mapping.text_at(payload, '{asset,name}'), mapping.text_at(payload, '{packageIdentifier}'), mapping.text_at(payload, '{targetId}'))
        when 'test' then coalesce(mapping.text_at(payload, '{integrations,0}'), mapping.text_at(payload, '{category}'))
    end as service,
    case variant
        when 'vulnerability' then coalesce(mapping.text_at(payload, '{packageIdentifier}'), mapping.text_at(payload, '{vulnerabilityType}'))
        when 'test' then mapping.text_at(payload, '{category}')
    end as error_type,
    case variant
        when 'vulnerability' then mapping.text_at(payload, '{integrationId}')
        when 'test' then coalesce(mapping.text_at(payload, '{owner,displayName}'), mapping.text_at(payload, '{owner,emailAddress}'))
    end as team,
    null::text as environment,
    case variant when 'vulnerability' then mapping.text_at(payload, '{externalURL}') end as external_url,
    case variant
        when 'vulnerability' then coalesce(mapping.instant_at(payload, '{firstDetectedDate}'), mapping.instant_at(payload, '{sourceDetectedDate}'))
        when 'test' then coalesce(mapping.instant_at(payload, '{latestFlipDate}'), mapping.instant_at(payload, '{lastTestRunDate}'))
    end as source_created_at,
    case variant
        when 'vulnerability' then coalesce(mapping.instant_at(payload, '{deactivateMetadata,deactivatedOnDate}'), mapping.instant_at(payload, '{lastDetectedDate}'))
        when 'test' then coalesce(mapping.instant_at(payload, '{latestFlipDate}'), mapping.instant_at(payload, '{lastTestRunDate}'))
    end as resolved_at,
    case variant
        when 'vulnerability' then jsonb_strip_nulls(jsonb_build_object('package', payload #> '{packageIdentifier}', 'cvss', payload #> '{cvssSeverityScore}', 'due', payload #> '{remediateByDate}', 'fixable', payload #> '{isFixable}'))
        when 'test' then jsonb_strip_nulls(jsonb_build_object('due', payload #> '{remediationStatusInfo,soonestRemediateByDate}', 'version', payload #> '{version,major}'))
        else '{}'::jsonb
    end as attributes
from variants
