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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'wiz'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'wiz') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'wiz' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{issue,id}') and (mapping.has_value(payload, '{control,name}') or mapping.has_value(payload, '{sourceRule,name}') or mapping.has_value(payload, '{resource}'))) then 'issue of an automation rule'
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{title}') and (mapping.has_value(payload, '{threatId}') or mapping.has_value(payload, '{tdrId}') or mapping.has_value(payload, '{triggeringEvents}'))) then 'threat detection'
            when (mapping.has_value(payload, '{vulnerableAsset}') and mapping.has_value(payload, '{name}')) then 'vulnerability finding'
            when (mapping.has_value(payload, '{rule,name}') and mapping.has_value(payload, '{result}') and mapping.has_value(payload, '{resource}')) then 'configuration finding'
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{sourceRule}') or mapping.has_value(payload, '{control}') or mapping.has_value(payload, '{entitySnapshot}'))) then 'issue'
            when (mapping.has_value(payload, '{action}') and mapping.has_value(payload, '{timestamp}') and coalesce(lower(mapping.text_at(payload, '{status}')) in ('failed', 'access_denied'), false)) then 'refused administrative action'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'wiz'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.text_at(payload, '{control,name}'), mapping.text_at(payload, '{sourceRule,name}'), mapping.text_at(payload, '{issue,name}'), mapping.text_at(payload, '{trigger,ruleName}'))
        when 'threat detection' then mapping.text_at(payload, '{title}')
        when 'vulnerability finding' then coalesce(mapping.text_at(payload, '{detailedName}'), mapping.text_at(payload, '{name}'))
        when 'configuration finding' then mapping.text_at(payload, '{rule,name}')
        when 'issue' then coalesce(mapping.text_at(payload, '{sourceRule,name}'), mapping.text_at(payload, '{control,name}'), mapping.text_at(payload, '{sourceRules,0,name}'), mapping.text_at(payload, '{title}'))
        when 'refused administrative action' then mapping.text_at(payload, '{action}')
    end as title,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.text_at(payload, '{control,description}'), mapping.text_at(payload, '{sourceRule,description}'), mapping.text_at(payload, '{issue,description}'))
        when 'threat detection' then mapping.text_at(payload, '{description}')
        when 'vulnerability finding' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{CVEDescription}'))
        when 'configuration finding' then coalesce(mapping.text_at(payload, '{rule,description}'), mapping.text_at(payload, '{remediation}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{sourceRule,controlDescription}'), mapping.text_at(payload, '{sourceRule,cloudEventRuleDescription}'), mapping.text_at(payload, '{sourceRule,cloudConfigurationRuleDescription}'), mapping.text_at(payload, '{sourceRule,description}'), mapping.text_at(payload, '{control,description}'), mapping.text_at(payload, '{description}'))
    end as body,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.text_at(payload, '{issue,severity}'), mapping.text_at(payload, '{control,severity}'))
        when 'threat detection' then mapping.text_at(payload, '{severity}')
        when 'vulnerability finding' then coalesce(mapping.text_at(payload, '{vendorSeverity}'), mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{CVSSSeverity}'))
        when 'configuration finding' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{rule,severity}'))
        when 'issue' then mapping.text_at(payload, '{severity}')
        when 'refused administrative action' then 'warning'
    end as severity_value,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.text_at(payload, '{issue,status}'), mapping.text_at(payload, '{trigger,type}'))
        when 'threat detection' then coalesce(mapping.text_at(payload, '{status}'), 'detected')
        when 'vulnerability finding' then mapping.text_at(payload, '{status}')
        when 'configuration finding' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{result}'))
        when 'issue' then mapping.text_at(payload, '{status}')
        when 'refused administrative action' then case when coalesce(lower(mapping.text_at(payload, '{status}')) in ('access_denied'), false) then 'access_denied' else 'failed' end
    end as status_value,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.text_at(payload, '{resource,name}'), mapping.text_at(payload, '{resource,id}'))
        when 'threat detection' then coalesce(mapping.text_at(payload, '{primaryResource,name}'), mapping.text_at(payload, '{resources,0,name}'))
        when 'vulnerability finding' then mapping.text_at(payload, '{vulnerableAsset,name}')
        when 'configuration finding' then mapping.text_at(payload, '{resource,name}')
        when 'issue' then coalesce(mapping.text_at(payload, '{entitySnapshot,name}'), mapping.text_at(payload, '{entity,name}'), mapping.text_at(payload, '{resource,name}'))
        when 'refused administrative action' then coalesce(mapping.text_at(payload, '{serviceAccount,name}'), mapping.text_at(payload, '{user,name}'))
    end as service,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.text_at(payload, '{control,id}'), mapping.text_at(payload, '{resource,type}'))
        when 'threat detection' then coalesce(mapping.text_at(payload, '{tdrId}'), mapping.text_at(payload, '{mitreTechniques,0}'))
        when 'vulnerability finding' then mapping.text_at(payload, '{name}')
        when 'configuration finding' then coalesce(mapping.text_at(payload, '{rule,shortId}'), mapping.text_at(payload, '{rule,id}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{sourceRule,id}'), mapping.text_at(payload, '{control,id}'), mapping.text_at(payload, '{type}'))
        when 'refused administrative action' then mapping.text_at(payload, '{status}')
    end as error_type,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.text_at(payload, '{issue,projects,0,name}'), mapping.text_at(payload, '{issue,projects,0}'), mapping.text_at(payload, '{issue,projects}'))
        when 'vulnerability finding' then mapping.text_at(payload, '{projects,0,name}')
        when 'configuration finding' then coalesce(mapping.text_at(payload, '{resource,projects,0,name}'), mapping.text_at(payload, '{projects,0,name}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{projects,0,name}'), mapping.text_at(payload, '{project,name}'))
    end as team,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.text_at(payload, '{resource,subscriptionName}'), mapping.text_at(payload, '{resource,subscriptionId}'))
        when 'threat detection' then coalesce(mapping.text_at(payload, '{cloudAccounts,0,name}'), mapping.text_at(payload, '{resources,0,cloudAccount,name}'), mapping.text_at(payload, '{primaryResource,cloudAccount,name}'), mapping.text_at(payload, '{cloudAccounts,0,externalId}'))
        when 'vulnerability finding' then coalesce(mapping.text_at(payload, '{vulnerableAsset,subscriptionName}'), mapping.text_at(payload, '{vulnerableAsset,subscriptionExternalId}'))
        when 'configuration finding' then coalesce(mapping.text_at(payload, '{resource,subscription,name}'), mapping.text_at(payload, '{resource,subscription,externalId}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{entitySnapshot,subscriptionName}'), mapping.text_at(payload, '{entitySnapshot,subscriptionExternalId}'), mapping.text_at(payload, '{entity,subscriptionName}'), mapping.text_at(payload, '{resource,subscriptionName}'))
    end as environment,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.text_at(payload, '{issue,url}'), mapping.text_at(payload, '{issue,issueURL}'), mapping.text_at(payload, '{resource,cloudProviderURL}'))
        when 'threat detection' then coalesce(mapping.text_at(payload, '{threatURL}'), mapping.text_at(payload, '{detectionURL}'))
        when 'vulnerability finding' then coalesce(mapping.text_at(payload, '{portalUrl}'), mapping.text_at(payload, '{link}'), mapping.text_at(payload, '{vulnerableAsset,cloudProviderURL}'))
        when 'configuration finding' then coalesce(mapping.text_at(payload, '{portalUrl}'), mapping.text_at(payload, '{resource,cloudProviderURL}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{entitySnapshot,cloudProviderURL}'), mapping.text_at(payload, '{resource,cloudProviderURL}'))
    end as external_url,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.instant_at(payload, '{issue,created}'), mapping.instant_at(payload, '{issue,createdAt}'))
        when 'threat detection' then coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{timeframe,start}'))
        when 'vulnerability finding' then coalesce(mapping.instant_at(payload, '{firstDetectedAt}'), mapping.instant_at(payload, '{createdAt}'))
        when 'configuration finding' then coalesce(mapping.instant_at(payload, '{firstSeenAt}'), mapping.instant_at(payload, '{analyzedAt}'))
        when 'issue' then coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{created}'))
        when 'refused administrative action' then mapping.instant_at(payload, '{timestamp}')
    end as source_created_at,
    case variant
        when 'issue of an automation rule' then coalesce(mapping.instant_at(payload, '{issue,resolvedAt}'), mapping.instant_at(payload, '{issue,resolved}'), mapping.instant_at(payload, '{issue,updatedAt}'))
        when 'vulnerability finding' then coalesce(mapping.instant_at(payload, '{resolvedAt}'), mapping.instant_at(payload, '{updatedAt}'))
        when 'configuration finding' then coalesce(mapping.instant_at(payload, '{resolvedAt}'), mapping.instant_at(payload, '{analyzedAt}'))
        when 'issue' then coalesce(mapping.instant_at(payload, '{resolvedAt}'), mapping.instant_at(payload, '{statusChangedAt}'), mapping.instant_at(payload, '{updatedAt}'))
    end as resolved_at,
    case variant
        when 'issue of an automation rule' then jsonb_strip_nulls(jsonb_build_object('cloud', payload #> '{resource,cloudPlatform}', 'region', payload #> '{resource,region}', 'risks', payload #> '{control,risks}'))
        when 'threat detection' then jsonb_strip_nulls(jsonb_build_object('source', payload #> '{tdrSource}', 'tactics', payload #> '{mitreTactics}', 'threat', payload #> '{threatId}'))
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{type}', 'cloud', payload #> '{entitySnapshot,cloudPlatform}', 'region', payload #> '{entitySnapshot,region}'))
        else '{}'::jsonb
    end as attributes
from variants
