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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'entra_id'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'entra_id') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'entra_id' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{riskEventType}') and mapping.has_value(payload, '{riskState}')) then 'risk detection'
            when (mapping.has_value(payload, '{riskState}') and mapping.has_value(payload, '{riskLastUpdatedDateTime}')) then 'risky user'
            when (kind in ('export') and (mapping.has_value(payload, '{properties,activityDisplayName}') or mapping.has_value(payload, '{activityDisplayName}'))) then 'refused change'
            when (kind in ('export') and (mapping.has_value(payload, '{operationName}') or mapping.has_value(payload, '{operationname}')) and (mapping.has_value(payload, '{properties,createdDateTime}') or mapping.has_value(payload, '{properties,appDisplayName}'))) then 'sign-in of the diagnostic log'
            when (kind in ('sign_in') and mapping.has_value(payload, '{status,errorCode}') and mapping.has_value(payload, '{createdDateTime}')) then 'sign-in'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'entra_id'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'risk detection' then nullif(concat_ws(': ', mapping.text_at(payload, '{riskEventType}'), mapping.text_at(payload, '{userDisplayName}')), '')
        when 'risky user' then nullif(concat_ws(' ', 'Risky user', mapping.text_at(payload, '{userDisplayName}')), '')
        when 'refused change' then nullif(concat_ws(' ', 'Failed:', coalesce(mapping.text_at(payload, '{properties,activityDisplayName}'), mapping.text_at(payload, '{activityDisplayName}'))), '')
        when 'sign-in of the diagnostic log' then nullif(concat_ws(' ', 'Sign-in failed:', coalesce(mapping.text_at(payload, '{properties,status,failureReason}'), mapping.text_at(payload, '{resultDescription}'), mapping.text_at(payload, '{resultdescription}'), mapping.text_at(payload, '{properties,status,errorCode}'), mapping.text_at(payload, '{resultType}'), mapping.text_at(payload, '{resulttype}'))), '')
        when 'sign-in' then nullif(concat_ws(' ', 'Sign-in failed:', coalesce(mapping.text_at(payload, '{status,failureReason}'), mapping.text_at(payload, '{status,errorCode}'))), '')
    end as title,
    case variant
        when 'risk detection' then coalesce(mapping.text_at(payload, '{riskDetail}'), mapping.text_at(payload, '{additionalInfo}'))
        when 'risky user' then mapping.text_at(payload, '{riskDetail}')
        when 'refused change' then coalesce(mapping.text_at(payload, '{properties,resultReason}'), mapping.text_at(payload, '{resultReason}'), mapping.text_at(payload, '{resultDescription}'))
        when 'sign-in of the diagnostic log' then coalesce(mapping.text_at(payload, '{properties,status,additionalDetails}'), mapping.text_at(payload, '{resultDescription}'), mapping.text_at(payload, '{resultdescription}'))
        when 'sign-in' then mapping.text_at(payload, '{status,additionalDetails}')
    end as body,
    case variant
        when 'risk detection' then mapping.text_at(payload, '{riskLevel}')
        when 'risky user' then mapping.text_at(payload, '{riskLevel}')
        when 'refused change' then 'warning'
        when 'sign-in of the diagnostic log' then 'warning'
        when 'sign-in' then 'warning'
    end as severity_value,
    case variant
        when 'risk detection' then mapping.text_at(payload, '{riskState}')
        when 'risky user' then mapping.text_at(payload, '{riskState}')
        when 'refused change' then 'failed'
        when 'sign-in of the diagnostic log' then 'failed'
        when 'sign-in' then 'failed'
    end as status_value,
    case variant
        when 'risk detection' then coalesce(mapping.text_at(payload, '{activity}'), mapping.text_at(payload, '{source}'))
        when 'refused change' then coalesce(mapping.text_at(payload, '{properties,loggedByService}'), mapping.text_at(payload, '{loggedByService}'), mapping.text_at(payload, '{properties,targetResources,0,displayName}'))
        when 'sign-in of the diagnostic log' then coalesce(mapping.text_at(payload, '{properties,appDisplayName}'), mapping.text_at(payload, '{properties,resourceDisplayName}'), mapping.text_at(payload, '{properties,servicePrincipalName}'))
        when 'sign-in' then coalesce(mapping.text_at(payload, '{appDisplayName}'), mapping.text_at(payload, '{resourceDisplayName}'))
    end as service,
    case variant
        when 'risk detection' then mapping.text_at(payload, '{riskEventType}')
        when 'risky user' then mapping.text_at(payload, '{riskDetail}')
        when 'refused change' then coalesce(mapping.text_at(payload, '{properties,category}'), mapping.text_at(payload, '{category}'))
        when 'sign-in of the diagnostic log' then coalesce(mapping.text_at(payload, '{properties,status,errorCode}'), mapping.text_at(payload, '{resultType}'), mapping.text_at(payload, '{resulttype}'))
        when 'sign-in' then mapping.text_at(payload, '{status,errorCode}')
    end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant
        when 'risk detection' then coalesce(mapping.instant_at(payload, '{detectedDateTime}'), mapping.instant_at(payload, '{activityDateTime}'))
        when 'risky user' then mapping.instant_at(payload, '{riskLastUpdatedDateTime}')
        when 'refused change' then coalesce(mapping.instant_at(payload, '{properties,activityDateTime}'), mapping.instant_at(payload, '{activityDateTime}'), mapping.instant_at(payload, '{time}'))
        when 'sign-in of the diagnostic log' then coalesce(mapping.instant_at(payload, '{properties,createdDateTime}'), mapping.instant_at(payload, '{time}'))
        when 'sign-in' then mapping.instant_at(payload, '{createdDateTime}')
    end as source_created_at,
    case variant
        when 'risk detection' then mapping.instant_at(payload, '{lastUpdatedDateTime}')
        when 'risky user' then mapping.instant_at(payload, '{riskLastUpdatedDateTime}')
    end as resolved_at,
    case variant
        when 'risk detection' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{userPrincipalName}', 'ip', payload #> '{ipAddress}'))
        when 'risky user' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{userPrincipalName}'))
        when 'sign-in of the diagnostic log' then jsonb_strip_nulls(jsonb_build_object('user_name', coalesce(nullif(payload #> '{properties,userPrincipalName}', 'null'), nullif(payload #> '{properties,servicePrincipalName}', 'null')), 'ip', coalesce(nullif(payload #> '{properties,ipAddress}', 'null'), nullif(payload #> '{callerIpAddress}', 'null'), nullif(payload #> '{calleripaddress}', 'null')), 'category', payload #> '{category}'))
        when 'sign-in' then jsonb_strip_nulls(jsonb_build_object('user_name', payload #> '{userPrincipalName}', 'ip', payload #> '{ipAddress}'))
        else '{}'::jsonb
    end as attributes
from variants
