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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'github_security'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'github_security') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'github_security' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{security_advisory,summary}') and mapping.has_value(payload, '{number}')) then 'Dependabot alert'
            when (mapping.has_value(payload, '{rule}') and mapping.has_value(payload, '{tool}')) then 'code scanning alert'
            when mapping.has_value(payload, '{secret_type}') then 'secret scanning alert'
            when mapping.has_value(payload, '{affected_package_name}') then 'vulnerability alert'
            when (mapping.has_value(payload, '{ghsa_id}') and mapping.has_value(payload, '{summary}') and not mapping.has_value(payload, '{number}')) then 'security advisory'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'github_security'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'Dependabot alert' then mapping.text_at(payload, '{security_advisory,summary}')
        when 'code scanning alert' then coalesce(mapping.text_at(payload, '{rule,description}'), mapping.text_at(payload, '{rule,name}'), mapping.text_at(payload, '{rule,id}'))
        when 'secret scanning alert' then nullif(concat_ws(' ', 'Secret found:', coalesce(mapping.text_at(payload, '{secret_type_display_name}'), mapping.text_at(payload, '{secret_type}'))), '')
        when 'vulnerability alert' then nullif(concat_ws(' ', 'Vulnerable dependency', mapping.text_at(payload, '{affected_package_name}'), mapping.text_at(payload, '{affected_range}')), '')
        when 'security advisory' then mapping.text_at(payload, '{summary}')
    end as title,
    case variant
        when 'Dependabot alert' then mapping.text_at(payload, '{security_advisory,description}')
        when 'code scanning alert' then coalesce(mapping.text_at(payload, '{most_recent_instance,message,text}'), mapping.text_at(payload, '{rule,full_description}'), mapping.text_at(payload, '{rule,help}'))
        when 'secret scanning alert' then mapping.text_at(payload, '{resolution_comment}')
        when 'vulnerability alert' then mapping.text_at(payload, '{external_reference}')
        when 'security advisory' then mapping.text_at(payload, '{description}')
    end as body,
    case variant
        when 'Dependabot alert' then coalesce(mapping.text_at(payload, '{security_advisory,severity}'), mapping.text_at(payload, '{security_vulnerability,severity}'))
        when 'code scanning alert' then coalesce(mapping.text_at(payload, '{rule,security_severity_level}'), mapping.text_at(payload, '{rule,severity}'))
        when 'secret scanning alert' then 'secret'
        when 'vulnerability alert' then mapping.text_at(payload, '{severity}')
        when 'security advisory' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'Dependabot alert' then mapping.text_at(payload, '{state}')
        when 'code scanning alert' then mapping.text_at(payload, '{state}')
        when 'secret scanning alert' then coalesce(mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{resolution}'), mapping.text_at(payload, '{action}'))
        when 'vulnerability alert' then coalesce(mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{action}'))
        when 'security advisory' then coalesce(mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{action}'))
    end as status_value,
    case variant
        when 'Dependabot alert' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{repository,full_name}'), mapping.text_at(payload, '{repo}')) from '[^/]+$'), ''), nullif(substring(coalesce(mapping.text_at(payload, '{html_url}'), mapping.text_at(payload, '{url}')) from '(?:github\.[^/]+|repos)/[^/]+/([^/]+)/'), ''))
        when 'code scanning alert' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{repository,full_name}'), mapping.text_at(payload, '{repo}')) from '[^/]+$'), ''), nullif(substring(coalesce(mapping.text_at(payload, '{html_url}'), mapping.text_at(payload, '{url}')) from '(?:github\.[^/]+|repos)/[^/]+/([^/]+)/'), ''))
        when 'secret scanning alert' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{repository,full_name}'), mapping.text_at(payload, '{repo}')) from '[^/]+$'), ''), nullif(substring(coalesce(mapping.text_at(payload, '{html_url}'), mapping.text_at(payload, '{url}')) from '(?:github\.[^/]+|repos)/[^/]+/([^/]+)/'), ''))
        when 'vulnerability alert' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(coalesce(mapping.text_at(payload, '{repository,full_name}'), mapping.text_at(payload, '{repo}')) from '[^/]+$'), ''), nullif(substring(coalesce(mapping.text_at(payload, '{html_url}'), mapping.text_at(payload, '{url}')) from '(?:github\.[^/]+|repos)/[^/]+/([^/]+)/'), ''))
        when 'security advisory' then mapping.text_at(payload, '{vulnerabilities,0,package,name}')
    end as service,
    case variant
        when 'Dependabot alert' then coalesce(mapping.text_at(payload, '{security_advisory,cwes,0,cwe_id}'), mapping.text_at(payload, '{security_advisory,cve_id}'), mapping.text_at(payload, '{security_advisory,ghsa_id}'))
        when 'code scanning alert' then coalesce(mapping.text_at(payload, '{rule,id}'), mapping.text_at(payload, '{rule,name}'))
        when 'secret scanning alert' then mapping.text_at(payload, '{secret_type}')
        when 'vulnerability alert' then coalesce(mapping.text_at(payload, '{external_identifier}'), mapping.text_at(payload, '{ghsa_id}'))
        when 'security advisory' then coalesce(mapping.text_at(payload, '{cwes,0,cwe_id}'), mapping.text_at(payload, '{cve_id}'), mapping.text_at(payload, '{ghsa_id}'))
    end as error_type,
    case variant
        when 'Dependabot alert' then coalesce(mapping.text_at(payload, '{repository,owner,login}'), mapping.text_at(payload, '{organization,login}'), nullif(substring(mapping.text_at(payload, '{html_url}') from '^https://[^/]+/([^/]+)/'), ''))
        when 'code scanning alert' then coalesce(mapping.text_at(payload, '{repository,owner,login}'), mapping.text_at(payload, '{organization,login}'), nullif(substring(mapping.text_at(payload, '{html_url}') from '^https://[^/]+/([^/]+)/'), ''))
        when 'secret scanning alert' then coalesce(mapping.text_at(payload, '{repository,owner,login}'), mapping.text_at(payload, '{organization,login}'), nullif(substring(mapping.text_at(payload, '{html_url}') from '^https://[^/]+/([^/]+)/'), ''))
        when 'vulnerability alert' then coalesce(mapping.text_at(payload, '{repository,owner,login}'), mapping.text_at(payload, '{organization,login}'), nullif(substring(mapping.text_at(payload, '{html_url}') from '^https://[^/]+/([^/]+)/'), ''))
    end as team,
    null::text as environment,
    case variant
        when 'Dependabot alert' then mapping.text_at(payload, '{html_url}')
        when 'code scanning alert' then mapping.text_at(payload, '{html_url}')
        when 'secret scanning alert' then mapping.text_at(payload, '{html_url}')
        when 'vulnerability alert' then coalesce(mapping.text_at(payload, '{html_url}'), mapping.text_at(payload, '{external_reference}'))
        when 'security advisory' then coalesce(mapping.text_at(payload, '{html_url}'), ('https://github.com/advisories/' || mapping.text_at(payload, '{ghsa_id}')))
    end as external_url,
    case variant
        when 'Dependabot alert' then mapping.instant_at(payload, '{created_at}')
        when 'code scanning alert' then mapping.instant_at(payload, '{created_at}')
        when 'secret scanning alert' then mapping.instant_at(payload, '{created_at}')
        when 'vulnerability alert' then mapping.instant_at(payload, '{created_at}')
        when 'security advisory' then coalesce(mapping.instant_at(payload, '{published_at}'), mapping.instant_at(payload, '{created_at}'))
    end as source_created_at,
    case variant
        when 'Dependabot alert' then coalesce(mapping.instant_at(payload, '{fixed_at}'), mapping.instant_at(payload, '{dismissed_at}'), mapping.instant_at(payload, '{auto_dismissed_at}'), mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'code scanning alert' then coalesce(mapping.instant_at(payload, '{fixed_at}'), mapping.instant_at(payload, '{dismissed_at}'), mapping.instant_at(payload, '{auto_dismissed_at}'), mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'secret scanning alert' then coalesce(mapping.instant_at(payload, '{fixed_at}'), mapping.instant_at(payload, '{dismissed_at}'), mapping.instant_at(payload, '{auto_dismissed_at}'), mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'vulnerability alert' then coalesce(mapping.instant_at(payload, '{dismissed_at}'), mapping.instant_at(payload, '{fixed_at}'))
        when 'security advisory' then coalesce(mapping.instant_at(payload, '{withdrawn_at}'), mapping.instant_at(payload, '{closed_at}'))
    end as resolved_at,
    case variant
        when 'Dependabot alert' then jsonb_strip_nulls(jsonb_build_object('package', coalesce(nullif(payload #> '{dependency,package,name}', 'null'), nullif(payload #> '{security_vulnerability,package,name}', 'null')), 'manifest', payload #> '{dependency,manifest_path}', 'ghsa', payload #> '{security_advisory,ghsa_id}', 'cve', payload #> '{security_advisory,cve_id}'))
        when 'code scanning alert' then jsonb_strip_nulls(jsonb_build_object('tool', payload #> '{tool,name}', 'ref', payload #> '{most_recent_instance,ref}', 'path', payload #> '{most_recent_instance,location,path}'))
        when 'secret scanning alert' then jsonb_strip_nulls(jsonb_build_object('resolution', payload #> '{resolution}', 'validity', payload #> '{validity}', 'bypassed', payload #> '{push_protection_bypassed}'))
        when 'vulnerability alert' then jsonb_strip_nulls(jsonb_build_object('package', payload #> '{affected_package_name}', 'fixed_in', payload #> '{fixed_in}', 'ghsa', payload #> '{ghsa_id}'))
        when 'security advisory' then jsonb_strip_nulls(jsonb_build_object('ecosystem', payload #> '{vulnerabilities,0,package,ecosystem}'))
        else '{}'::jsonb
    end as attributes
from variants
