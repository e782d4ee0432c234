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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'snyk'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'snyk') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'snyk' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{attributes,title}') and mapping.has_value(payload, '{attributes,key}')) then 'issue'
            when (mapping.has_value(payload, '{issueData,title}') and mapping.has_value(payload, '{id}')) then 'issue of a snapshot'
            when (mapping.has_value(payload, '{issue,title}') and mapping.has_value(payload, '{issue,severity}')) then 'issue of the reporting API'
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{severity}') and (mapping.has_value(payload, '{packageName}') or mapping.has_value(payload, '{moduleName}'))) then 'vulnerability of the CLI'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'snyk'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'issue' then mapping.text_at(payload, '{attributes,title}')
        when 'issue of a snapshot' then mapping.text_at(payload, '{issueData,title}')
        when 'issue of the reporting API' then mapping.text_at(payload, '{issue,title}')
        when 'vulnerability of the CLI' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'issue' then coalesce(mapping.text_at(payload, '{attributes,description}'), mapping.text_at(payload, '{attributes,problems,0,id}'))
        when 'issue of a snapshot' then mapping.text_at(payload, '{issueData,description}')
        when 'vulnerability of the CLI' then mapping.text_at(payload, '{description}')
    end as body,
    case variant
        when 'issue' then mapping.text_at(payload, '{attributes,effective_severity_level}')
        when 'issue of a snapshot' then coalesce(mapping.text_at(payload, '{issueData,severity}'), mapping.text_at(payload, '{severity}'))
        when 'issue of the reporting API' then mapping.text_at(payload, '{issue,severity}')
        when 'vulnerability of the CLI' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'issue' then case when coalesce(lower(mapping.text_at(payload, '{attributes,ignored}')) in ('true'), false) then 'ignored' else mapping.text_at(payload, '{attributes,status}') end
        when 'issue of a snapshot' then case when mapping.has_value(payload, '{removed_from_project}') then 'removed' else case when coalesce(lower(mapping.text_at(payload, '{isIgnored}')) in ('true'), false) then 'ignored' else case when (coalesce(lower(mapping.text_at(payload, '{isFixed}')) in ('true'), false) or coalesce(lower(mapping.text_at(payload, '{isPatched}')) in ('true'), false)) then 'fixed' else 'new' end end end
        when 'issue of the reporting API' then case when coalesce(lower(mapping.text_at(payload, '{isFixed}')) in ('true'), false) then 'fixed' else case when coalesce(lower(mapping.text_at(payload, '{issue,isIgnored}')) in ('true'), false) then 'ignored' else 'open' end end
    end as status_value,
    case variant
        when 'issue' then coalesce(mapping.text_at(payload, '{attributes,coordinates,0,representations,0,dependency,package_name}'), mapping.text_at(payload, '{relationships,scan_item,data,id}'))
        when 'issue of a snapshot' then coalesce(mapping.text_at(payload, '{project_name}'), mapping.text_at(payload, '{pkgName}'))
        when 'issue of the reporting API' then coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{projects,0,name}'), mapping.text_at(payload, '{issue,package}'))
        when 'vulnerability of the CLI' then coalesce(mapping.text_at(payload, '{project_name}'), mapping.text_at(payload, '{packageName}'), mapping.text_at(payload, '{moduleName}'))
    end as service,
    case variant
        when 'issue' then coalesce(mapping.text_at(payload, '{attributes,classes,0,id}'), mapping.text_at(payload, '{attributes,problems,0,id}'), mapping.text_at(payload, '{attributes,type}'))
        when 'issue of a snapshot' then coalesce(mapping.text_at(payload, '{issueData,identifiers,CWE,0}'), mapping.text_at(payload, '{issueData,id}'), mapping.text_at(payload, '{issueType}'))
        when 'issue of the reporting API' then coalesce(mapping.text_at(payload, '{issue,identifiers,CWE,0}'), mapping.text_at(payload, '{issue,id}'), mapping.text_at(payload, '{issue,type}'))
        when 'vulnerability of the CLI' then coalesce(mapping.text_at(payload, '{identifiers,CWE,0}'), mapping.text_at(payload, '{identifiers,CVE,0}'), mapping.text_at(payload, '{id}'))
    end as error_type,
    case variant
        when 'issue' then mapping.text_at(payload, '{relationships,organization,data,id}')
        when 'issue of a snapshot' then coalesce(mapping.text_at(payload, '{organization_name}'), mapping.text_at(payload, '{group_name}'))
    end as team,
    case variant when 'issue of a snapshot' then mapping.text_at(payload, '{project_environment}') end as environment,
    case variant
        when 'issue' then mapping.text_at(payload, '{attributes,problems,0,url}')
        when 'issue of a snapshot' then mapping.text_at(payload, '{issueData,url}')
        when 'issue of the reporting API' then coalesce(mapping.text_at(payload, '{issue,url}'), mapping.text_at(payload, '{project,url}'), mapping.text_at(payload, '{projects,0,url}'))
        when 'vulnerability of the CLI' then coalesce(mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{references,0,url}'))
    end as external_url,
    case variant
        when 'issue' then mapping.instant_at(payload, '{attributes,created_at}')
        when 'issue of a snapshot' then coalesce(mapping.instant_at(payload, '{introducedDate}'), mapping.instant_at(payload, '{issueData,publicationTime}'))
        when 'issue of the reporting API' then coalesce(mapping.instant_at(payload, '{introducedDate}'), mapping.instant_at(payload, '{issue,disclosureTime}'))
        when 'vulnerability of the CLI' then coalesce(mapping.instant_at(payload, '{publicationTime}'), mapping.instant_at(payload, '{disclosureTime}'), mapping.instant_at(payload, '{creationTime}'))
    end as source_created_at,
    case variant
        when 'issue' then coalesce(mapping.instant_at(payload, '{attributes,resolution,resolved_at}'), mapping.instant_at(payload, '{attributes,updated_at}'))
        when 'issue of the reporting API' then mapping.instant_at(payload, '{fixedDate}')
    end as resolved_at,
    case variant
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{attributes,type}', 'tool', payload #> '{attributes,tool}', 'problems', payload #> '{attributes,problems}'))
        when 'issue of a snapshot' then jsonb_strip_nulls(jsonb_build_object('package', payload #> '{pkgName}', 'versions', payload #> '{pkgVersions}'))
        when 'vulnerability of the CLI' then jsonb_strip_nulls(jsonb_build_object('package', payload #> '{packageName}', 'version', payload #> '{version}', 'fixed_in', payload #> '{fixedIn}'))
        else '{}'::jsonb
    end as attributes
from variants
