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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'orca'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'orca') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'orca' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{state,alert_id}') and (mapping.has_value(payload, '{type_string}') or mapping.has_value(payload, '{description}') or mapping.has_value(payload, '{type}'))) then 'alert'
            when mapping.has_value(payload, '{data,AlertId,value}') then 'alert of the query API'
            when (mapping.has_value(payload, '{AlertId}') and (mapping.has_value(payload, '{Title}') or mapping.has_value(payload, '{AlertType}'))) then 'alert of the flat query API'
            when (mapping.has_value(payload, '{CveId}') and mapping.has_value(payload, '{CvssSeverity}')) then 'vulnerability'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'orca'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{data,title}'), mapping.text_at(payload, '{type_string}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{type}'))
        when 'alert of the query API' then coalesce(mapping.text_at(payload, '{data,Title,value}'), mapping.text_at(payload, '{data,AlertType,value}'), mapping.text_at(payload, '{name}'))
        when 'alert of the flat query API' then coalesce(mapping.text_at(payload, '{Title}'), mapping.text_at(payload, '{AlertType}'))
        when 'vulnerability' then coalesce(mapping.text_at(payload, '{Name}'), mapping.text_at(payload, '{CveId}'))
    end as title,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{details}'), mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{data,details}'))
        when 'alert of the query API' then coalesce(mapping.text_at(payload, '{data,Details,value}'), mapping.text_at(payload, '{data,Description,value}'))
        when 'alert of the flat query API' then coalesce(mapping.text_at(payload, '{Details}'), mapping.text_at(payload, '{Description}'))
        when 'vulnerability' then mapping.text_at(payload, '{CvssVector}')
    end as body,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{state,risk_level}'), mapping.text_at(payload, '{state,severity}'), case when case when mapping.text_at(payload, '{state,orca_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{state,orca_score}'))::numeric end >= 9 then 'critical' when case when mapping.text_at(payload, '{state,orca_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{state,orca_score}'))::numeric end >= 7 then 'high' when case when mapping.text_at(payload, '{state,orca_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{state,orca_score}'))::numeric end >= 4 then 'medium' when case when mapping.text_at(payload, '{state,orca_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{state,orca_score}'))::numeric end >= 0 then 'low' end)
        when 'alert of the query API' then coalesce(mapping.text_at(payload, '{data,RiskLevel,value}'), mapping.text_at(payload, '{data,Severity,value}'), case when case when mapping.text_at(payload, '{data,OrcaScore,value}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{data,OrcaScore,value}'))::numeric end >= 9 then 'critical' when case when mapping.text_at(payload, '{data,OrcaScore,value}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{data,OrcaScore,value}'))::numeric end >= 7 then 'high' when case when mapping.text_at(payload, '{data,OrcaScore,value}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{data,OrcaScore,value}'))::numeric end >= 4 then 'medium' when case when mapping.text_at(payload, '{data,OrcaScore,value}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{data,OrcaScore,value}'))::numeric end >= 0 then 'low' end)
        when 'alert of the flat query API' then coalesce(mapping.text_at(payload, '{RiskLevel}'), mapping.text_at(payload, '{Severity}'), case when case when mapping.text_at(payload, '{OrcaScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{OrcaScore}'))::numeric end >= 9 then 'critical' when case when mapping.text_at(payload, '{OrcaScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{OrcaScore}'))::numeric end >= 7 then 'high' when case when mapping.text_at(payload, '{OrcaScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{OrcaScore}'))::numeric end >= 4 then 'medium' when case when mapping.text_at(payload, '{OrcaScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{OrcaScore}'))::numeric end >= 0 then 'low' end)
        when 'vulnerability' then coalesce(mapping.text_at(payload, '{CvssSeverity}'), case when case when mapping.text_at(payload, '{CvssScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{CvssScore}'))::numeric end >= 9 then 'critical' when case when mapping.text_at(payload, '{CvssScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{CvssScore}'))::numeric end >= 7 then 'high' when case when mapping.text_at(payload, '{CvssScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{CvssScore}'))::numeric end >= 4 then 'medium' when case when mapping.text_at(payload, '{CvssScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{CvssScore}'))::numeric end >= 0 then 'low' end)
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{state,status}')
        when 'alert of the query API' then mapping.text_at(payload, '{data,Status,value}')
        when 'alert of the flat query API' then mapping.text_at(payload, '{Status}')
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{asset_name}'), mapping.text_at(payload, '{group_name}'), mapping.text_at(payload, '{asset_unique_id}'))
        when 'alert of the query API' then coalesce(mapping.text_at(payload, '{data,Inventory,data,Name,value}'), mapping.text_at(payload, '{data,Inventory,name}'), mapping.text_at(payload, '{asset_unique_id}'))
        when 'alert of the flat query API' then coalesce(mapping.text_at(payload, '{Inventory,Name}'), mapping.text_at(payload, '{AssetName}'))
        when 'vulnerability' then coalesce(mapping.text_at(payload, '{Inventory,Name}'), mapping.text_at(payload, '{InstalledPackage,Name}'))
    end as service,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{rule_id}'), mapping.text_at(payload, '{category}'), mapping.text_at(payload, '{type}'))
        when 'alert of the query API' then coalesce(mapping.text_at(payload, '{data,RuleId,value}'), mapping.text_at(payload, '{data,Category,value}'), mapping.text_at(payload, '{data,AlertType,value}'))
        when 'alert of the flat query API' then coalesce(mapping.text_at(payload, '{RuleId}'), mapping.text_at(payload, '{Category}'), mapping.text_at(payload, '{AlertType}'))
        when 'vulnerability' then mapping.text_at(payload, '{CveId}')
    end as error_type,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{account_name}'), mapping.text_at(payload, '{organization_name}'))
        when 'alert of the query API' then coalesce(mapping.text_at(payload, '{data,CloudAccount,name}'), mapping.text_at(payload, '{data,CloudAccount,data,Name,value}'))
        when 'alert of the flat query API' then coalesce(mapping.text_at(payload, '{CloudAccount,Name}'), mapping.text_at(payload, '{AccountName}'))
    end as team,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{cloud_vendor_id}'), mapping.text_at(payload, '{cluster_name}'))
        when 'vulnerability' then mapping.text_at(payload, '{Inventory,CloudAccount,Name}')
    end as environment,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{alert_link}'), mapping.text_at(payload, '{data,alert_link}'))
        when 'alert of the query API' then mapping.text_at(payload, '{data,AlertLink,value}')
        when 'vulnerability' then mapping.text_at(payload, '{SourceLink}')
    end as external_url,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{state,created_at}'), mapping.instant_at(payload, '{state,last_updated}'))
        when 'alert of the query API' then mapping.instant_at(payload, '{data,CreatedAt,value}')
        when 'alert of the flat query API' then mapping.instant_at(payload, '{CreatedAt}')
        when 'vulnerability' then coalesce(mapping.instant_at(payload, '{FirstSeen}'), mapping.instant_at(payload, '{Inventory,FirstSeen}'))
    end as source_created_at,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{state,closed_time}'), mapping.instant_at(payload, '{state,status_time}'), mapping.instant_at(payload, '{state,last_updated}'))
        when 'alert of the query API' then coalesce(mapping.instant_at(payload, '{data,ClosedTime,value}'), mapping.instant_at(payload, '{data,LastUpdated,value}'))
        when 'alert of the flat query API' then coalesce(mapping.instant_at(payload, '{ClosedTime}'), mapping.instant_at(payload, '{LastUpdated}'))
    end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('category', payload #> '{category}', 'score', payload #> '{state,orca_score}', 'cloud', payload #> '{cloud_provider}', 'labels', payload #> '{alert_labels}', 'recommendation', payload #> '{recommendation}'))
        when 'vulnerability' then jsonb_strip_nulls(jsonb_build_object('exploit', payload #> '{HasExploit}', 'package', payload #> '{InstalledPackage,Name}', 'patch', payload #> '{PatchAvailable}'))
        else '{}'::jsonb
    end as attributes
from variants
