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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'vercel'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'vercel') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'vercel' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{type}') and mapping.has_value(payload, '{payload,deployment}')) then 'webhook'
            when ((mapping.has_value(payload, '{uid}') or mapping.has_value(payload, '{url}') or mapping.has_value(payload, '{readyState}')) and (mapping.has_value(payload, '{readyState}') or mapping.has_value(payload, '{state}'))) then 'deployment'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'vercel'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{payload,deployment,name}'), mapping.text_at(payload, '{payload,name}')), mapping.text_at(payload, '{type}')), '')
        when 'deployment' then nullif(concat_ws(': ', mapping.text_at(payload, '{name}'), coalesce(mapping.text_at(payload, '{errorMessage}'), mapping.text_at(payload, '{errorCode}'), mapping.text_at(payload, '{meta,githubCommitMessage}'), mapping.text_at(payload, '{meta,gitlabCommitMessage}'), mapping.text_at(payload, '{meta,bitbucketCommitMessage}'))), '')
    end as title,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{payload,deployment,errorMessage}'), mapping.text_at(payload, '{payload,deployment,meta,githubCommitMessage}'), mapping.text_at(payload, '{payload,deployment,meta,gitlabCommitMessage}'))
        when 'deployment' then coalesce(mapping.text_at(payload, '{errorMessage}'), mapping.text_at(payload, '{aliasError,message}'), mapping.text_at(payload, '{meta,githubCommitMessage}'), mapping.text_at(payload, '{meta,gitlabCommitMessage}'), mapping.text_at(payload, '{meta,bitbucketCommitMessage}'))
    end as body,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{payload,target}'), mapping.text_at(payload, '{payload,deployment,target}'), 'preview')
        when 'deployment' then coalesce(mapping.text_at(payload, '{target}'), 'preview')
    end as severity_value,
    case variant
        when 'webhook' then nullif(substring(mapping.text_at(payload, '{type}') from '([^.]+)$'), '')
        when 'deployment' then coalesce(mapping.text_at(payload, '{readyState}'), mapping.text_at(payload, '{state}'))
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{payload,deployment,name}'), mapping.text_at(payload, '{payload,name}'), mapping.text_at(payload, '{payload,project,name}'))
        when 'deployment' then mapping.text_at(payload, '{name}')
    end as service,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{payload,deployment,errorCode}'), mapping.text_at(payload, '{type}'))
        when 'deployment' then coalesce(mapping.text_at(payload, '{errorCode}'), mapping.text_at(payload, '{aliasError,code}'), 'deployment_failed')
    end as error_type,
    case variant when 'deployment' then mapping.text_at(payload, '{creator,username}') end as team,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{payload,deployment,customEnvironment,slug}'), mapping.text_at(payload, '{payload,target}'), 'preview')
        when 'deployment' then coalesce(mapping.text_at(payload, '{customEnvironment,slug}'), mapping.text_at(payload, '{target}'), 'preview')
    end as environment,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{payload,links,deployment}'), mapping.text_at(payload, '{payload,deployment,inspectorUrl}'), ('https://' || mapping.text_at(payload, '{payload,deployment,url}')))
        when 'deployment' then coalesce(mapping.text_at(payload, '{inspectorUrl}'), ('https://' || mapping.text_at(payload, '{url}')))
    end as external_url,
    case variant
        when 'webhook' then mapping.epoch_at(payload, '{createdAt}', 1000)
        when 'deployment' then coalesce(mapping.epoch_at(payload, '{createdAt}', 1000), mapping.epoch_at(payload, '{created}', 1000))
    end as source_created_at,
    case variant
        when 'webhook' then mapping.epoch_at(payload, '{createdAt}', 1000)
        when 'deployment' then coalesce(mapping.epoch_at(payload, '{ready}', 1000), mapping.epoch_at(payload, '{createdAt}', 1000), mapping.epoch_at(payload, '{created}', 1000))
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('project', payload #> '{payload,project,id}', 'team', payload #> '{payload,team,id}', 'region', payload #> '{region}'))
        when 'deployment' then jsonb_strip_nulls(jsonb_build_object('project', payload #> '{projectId}', 'branch', payload #> '{meta,githubCommitRef}', 'commit', payload #> '{meta,githubCommitSha}'))
        else '{}'::jsonb
    end as attributes
from variants
