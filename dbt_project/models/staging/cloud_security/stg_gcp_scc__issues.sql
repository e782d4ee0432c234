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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'gcp_scc'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'gcp_scc') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'gcp_scc' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{finding,name}') and mapping.has_value(payload, '{finding,category}')) then 'finding with its resource'
            when (mapping.has_value(payload, '{name}') and mapping.has_value(payload, '{category}')) then 'finding'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'gcp_scc'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'finding with its resource' then mapping.text_at(payload, '{finding,category}')
        when 'finding' then mapping.text_at(payload, '{category}')
    end as title,
    case variant
        when 'finding with its resource' then coalesce(mapping.text_at(payload, '{finding,description}'), mapping.text_at(payload, '{finding,sourceProperties,Explanation}'))
        when 'finding' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{sourceProperties,Explanation}'))
    end as body,
    case variant
        when 'finding with its resource' then coalesce(mapping.text_at(payload, '{finding,severity}'), mapping.text_at(payload, '{finding,sourceProperties,SeverityLevel}'))
        when 'finding' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{sourceProperties,SeverityLevel}'))
    end as severity_value,
    case variant
        when 'finding with its resource' then case when coalesce(lower(mapping.text_at(payload, '{finding,mute}')) in ('muted'), false) then 'MUTED' else mapping.text_at(payload, '{finding,state}') end
        when 'finding' then case when coalesce(lower(mapping.text_at(payload, '{mute}')) in ('muted'), false) then 'MUTED' else mapping.text_at(payload, '{state}') end
    end as status_value,
    case variant
        when 'finding with its resource' then coalesce(mapping.text_at(payload, '{resource,displayName}'), mapping.text_at(payload, '{resource,name}'), mapping.text_at(payload, '{finding,resourceName}'))
        when 'finding' then coalesce(mapping.text_at(payload, '{resource,displayName}'), mapping.text_at(payload, '{resource,name}'), mapping.text_at(payload, '{resourceName}'))
    end as service,
    case variant
        when 'finding with its resource' then coalesce(mapping.text_at(payload, '{finding,moduleName}'), mapping.text_at(payload, '{finding,findingClass}'), mapping.text_at(payload, '{finding,category}'))
        when 'finding' then coalesce(mapping.text_at(payload, '{moduleName}'), mapping.text_at(payload, '{findingClass}'), mapping.text_at(payload, '{category}'))
    end as error_type,
    case variant
        when 'finding with its resource' then coalesce(mapping.text_at(payload, '{resource,projectDisplayName}'), mapping.text_at(payload, '{resource,gcpMetadata,projectDisplayName}'))
        when 'finding' then coalesce(mapping.text_at(payload, '{resource,projectDisplayName}'), mapping.text_at(payload, '{resource,gcpMetadata,projectDisplayName}'))
    end as team,
    case variant
        when 'finding with its resource' then coalesce(mapping.text_at(payload, '{resource,folders,0,resourceFolderDisplayName}'), mapping.text_at(payload, '{resource,parentDisplayName}'))
        when 'finding' then coalesce(mapping.text_at(payload, '{resource,folders,0,resourceFolderDisplayName}'), mapping.text_at(payload, '{resource,parentDisplayName}'))
    end as environment,
    case variant
        when 'finding with its resource' then mapping.text_at(payload, '{finding,externalUri}')
        when 'finding' then mapping.text_at(payload, '{externalUri}')
    end as external_url,
    case variant
        when 'finding with its resource' then coalesce(mapping.instant_at(payload, '{finding,createTime}'), mapping.instant_at(payload, '{finding,eventTime}'))
        when 'finding' then coalesce(mapping.instant_at(payload, '{createTime}'), mapping.instant_at(payload, '{eventTime}'))
    end as source_created_at,
    case variant
        when 'finding with its resource' then mapping.instant_at(payload, '{finding,eventTime}')
        when 'finding' then mapping.instant_at(payload, '{eventTime}')
    end as resolved_at,
    case variant
        when 'finding with its resource' then jsonb_strip_nulls(jsonb_build_object('class', payload #> '{finding,findingClass}', 'project', nullif(substring(mapping.text_at(payload, '{finding,resourceName}') from 'projects/([^/]+)'), ''), 'vulnerability', payload #> '{finding,vulnerability,cve,id}'))
        when 'finding' then jsonb_strip_nulls(jsonb_build_object('class', payload #> '{findingClass}', 'project', nullif(substring(mapping.text_at(payload, '{resourceName}') from 'projects/([^/]+)'), ''), 'vulnerability', payload #> '{vulnerability,cve,id}'))
        else '{}'::jsonb
    end as attributes
from variants
