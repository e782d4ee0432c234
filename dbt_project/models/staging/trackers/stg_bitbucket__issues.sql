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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'bitbucket'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'bitbucket') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'bitbucket' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (kind in ('pipeline') and mapping.has_value(payload, '{state}')) then 'pipeline'
            when (kind in ('build_status') and mapping.has_value(payload, '{key}')) then 'build status'
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{state}') and mapping.has_value(payload, '{created_on}')) then 'issue'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'bitbucket'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'pipeline' then coalesce(('Pipeline on ' || mapping.text_at(payload, '{target,ref_name}') || ' ' || mapping.text_at(payload, '{state,result,name}')), ('Pipeline ' || mapping.text_at(payload, '{build_number}') || ' ' || mapping.text_at(payload, '{state,name}')))
        when 'build status' then coalesce((mapping.text_at(payload, '{name}') || ' ' || mapping.text_at(payload, '{state}')), (mapping.text_at(payload, '{key}') || ' ' || mapping.text_at(payload, '{state}')))
        when 'issue' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'pipeline' then mapping.text_at(payload, '{state,result,error,message}')
        when 'build status' then mapping.text_at(payload, '{description}')
        when 'issue' then mapping.text_at(payload, '{content,raw}')
    end as body,
    case variant
        when 'pipeline' then coalesce(mapping.text_at(payload, '{state,result,name}'), mapping.text_at(payload, '{state,name}'))
        when 'build status' then mapping.text_at(payload, '{state}')
        when 'issue' then mapping.text_at(payload, '{priority}')
    end as severity_value,
    case variant
        when 'pipeline' then coalesce(mapping.text_at(payload, '{state,result,name}'), mapping.text_at(payload, '{state,name}'))
        when 'build status' then mapping.text_at(payload, '{state}')
        when 'issue' then mapping.text_at(payload, '{state}')
    end as status_value,
    case variant
        when 'pipeline' then coalesce(mapping.text_at(payload, '{repository,full_name}'), mapping.text_at(payload, '{target,ref_name}'))
        when 'build status' then coalesce(mapping.text_at(payload, '{repository_name}'), mapping.text_at(payload, '{name}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{component,name}'), mapping.text_at(payload, '{component}'), mapping.text_at(payload, '{repository,full_name}'))
    end as service,
    case variant
        when 'pipeline' then 'pipeline_failed'
        when 'build status' then 'build_failed'
        when 'issue' then mapping.text_at(payload, '{kind}')
    end as error_type,
    case variant when 'issue' then mapping.text_at(payload, '{repository,full_name}') end as team,
    case variant
        when 'pipeline' then mapping.text_at(payload, '{target,ref_name}')
        when 'build status' then mapping.text_at(payload, '{refname}')
    end as environment,
    case variant
        when 'pipeline' then coalesce(mapping.text_at(payload, '{links,html,href}'), mapping.text_at(payload, '{links,self,href}'))
        when 'build status' then mapping.text_at(payload, '{url}')
        when 'issue' then mapping.text_at(payload, '{links,html,href}')
    end as external_url,
    case variant
        when 'pipeline' then mapping.instant_at(payload, '{created_on}')
        when 'build status' then mapping.instant_at(payload, '{created_on}')
        when 'issue' then mapping.instant_at(payload, '{created_on}')
    end as source_created_at,
    case variant
        when 'pipeline' then mapping.instant_at(payload, '{completed_on}')
        when 'build status' then mapping.instant_at(payload, '{updated_on}')
        when 'issue' then mapping.instant_at(payload, '{updated_on}')
    end as resolved_at,
    case variant
        when 'pipeline' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{target,commit,hash}', 'number', payload #> '{build_number}'))
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('kind', coalesce(nullif(payload #> '{kind}', 'null'), nullif(payload #> '{type}', 'null')), 'milestone', payload #> '{milestone,name}', 'version', payload #> '{version,name}'))
        else '{}'::jsonb
    end as attributes
from variants
