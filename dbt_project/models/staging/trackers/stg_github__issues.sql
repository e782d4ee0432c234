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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'github'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'github') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'github' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when kind in ('run') then 'workflow run'
            when (kind in ('deployment') and mapping.has_value(payload, '{state}') and mapping.has_value(payload, '{environment}')) then 'failed deployment'
            when kind in ('node') then 'issue of the GraphQL API'
            when ((mapping.has_value(payload, '{number}') or mapping.has_value(payload, '{state}')) and not coalesce(mapping.text_at(payload, '{html_url}') ~* '/(pull|milestone)/\d+$', false)) then 'issue'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'github'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'workflow run' then nullif(concat_ws(': ', mapping.text_at(payload, '{name}'), nullif(mapping.text_at(payload, '{display_title}'), mapping.text_at(payload, '{name}'))), '')
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{description}'), ('Deployment of ' || mapping.text_at(payload, '{deployment,ref}') || ' to ' || mapping.text_at(payload, '{environment}') || ' failed'))
        when 'issue of the GraphQL API' then mapping.text_at(payload, '{title}')
        when 'issue' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'workflow run' then mapping.text_at(payload, '{body}')
        when 'issue of the GraphQL API' then coalesce(mapping.text_at(payload, '{body}'), mapping.text_at(payload, '{bodyText}'))
        when 'issue' then mapping.text_at(payload, '{body}')
    end as body,
    case variant
        when 'workflow run' then mapping.text_at(payload, '{conclusion}')
        when 'failed deployment' then mapping.text_at(payload, '{state}')
        when 'issue of the GraphQL API' then coalesce(mapping.severity_label_at(payload, '{labels,nodes}'), mapping.severity_label_at(payload, '{labels}'))
        when 'issue' then mapping.severity_label_at(payload, '{labels}')
    end as severity_value,
    case variant
        when 'workflow run' then coalesce(mapping.text_at(payload, '{conclusion}'), mapping.text_at(payload, '{status}'))
        when 'failed deployment' then mapping.text_at(payload, '{state}')
        when 'issue of the GraphQL API' then case when coalesce(lower(mapping.text_at(payload, '{state}')) in ('open'), false) then mapping.text_at(payload, '{state}') else nullif(concat_ws(' ', mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{stateReason}')), '') end
        when 'issue' then case when coalesce(lower(mapping.text_at(payload, '{action}')) in ('deleted', 'transferred'), false) then mapping.text_at(payload, '{action}') else case when coalesce(lower(mapping.text_at(payload, '{state}')) in ('open'), false) then mapping.text_at(payload, '{state}') else nullif(concat_ws(' ', mapping.text_at(payload, '{state}'), mapping.text_at(payload, '{state_reason}')), '') end end
    end as status_value,
    case variant
        when 'workflow run' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(mapping.text_at(payload, '{repository_url}') from '[^/]+$'), ''))
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(mapping.text_at(payload, '{deployment_url}') from '/repos/[^/]+/([^/]+)'), ''))
        when 'issue of the GraphQL API' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(mapping.text_at(payload, '{repository,nameWithOwner}') from '[^/]+$'), ''), nullif(substring(mapping.text_at(payload, '{url}') from '^https?://[^/]+/[^/]+/([^/]+)/issues/\d+$'), ''))
        when 'issue' then coalesce(mapping.text_at(payload, '{repository,name}'), nullif(substring(mapping.text_at(payload, '{repository_url}') from '[^/]+$'), ''))
    end as service,
    case variant
        when 'workflow run' then 'workflow_run_failed'
        when 'failed deployment' then 'deployment_failed'
    end as error_type,
    case variant
        when 'issue of the GraphQL API' then coalesce(mapping.tag_at(payload, '{labels,nodes}', 'team'), mapping.tag_at(payload, '{labels}', 'team'))
        when 'issue' then mapping.tag_at(payload, '{labels}', 'team')
    end as team,
    case variant
        when 'workflow run' then mapping.text_at(payload, '{head_branch}')
        when 'failed deployment' then mapping.text_at(payload, '{environment}')
        when 'issue of the GraphQL API' then coalesce(mapping.tag_at(payload, '{labels,nodes}', 'env|environment'), mapping.tag_at(payload, '{labels}', 'env|environment'))
        when 'issue' then mapping.tag_at(payload, '{labels}', 'env|environment')
    end as environment,
    case variant
        when 'workflow run' then mapping.text_at(payload, '{html_url}')
        when 'failed deployment' then coalesce(mapping.text_at(payload, '{environment_url}'), mapping.text_at(payload, '{log_url}'), mapping.text_at(payload, '{target_url}'), mapping.text_at(payload, '{repository,html_url}'))
        when 'issue of the GraphQL API' then mapping.text_at(payload, '{url}')
        when 'issue' then mapping.text_at(payload, '{html_url}')
    end as external_url,
    case variant
        when 'workflow run' then mapping.instant_at(payload, '{created_at}')
        when 'failed deployment' then mapping.instant_at(payload, '{created_at}')
        when 'issue of the GraphQL API' then mapping.instant_at(payload, '{createdAt}')
        when 'issue' then mapping.instant_at(payload, '{created_at}')
    end as source_created_at,
    case variant
        when 'workflow run' then mapping.instant_at(payload, '{updated_at}')
        when 'failed deployment' then mapping.instant_at(payload, '{updated_at}')
        when 'issue of the GraphQL API' then mapping.instant_at(payload, '{closedAt}')
        when 'issue' then mapping.instant_at(payload, '{closed_at}')
    end as resolved_at,
    case variant
        when 'workflow run' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{number}', 'component', payload #> '{name}', 'commit', payload #> '{head_sha}', 'run_number', payload #> '{run_number}', 'run_attempt', payload #> '{run_attempt}'))
        when 'failed deployment' then jsonb_strip_nulls(jsonb_build_object('commit', payload #> '{deployment,sha}', 'ref', payload #> '{deployment,ref}'))
        when 'issue of the GraphQL API' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{number}', 'labels', mapping.pluck_at(payload, '{labels,nodes}', 'name')))
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{number}', 'labels', mapping.pluck_at(payload, '{labels}', 'name'), 'component', mapping.tag_at(payload, '{labels}', 'component|area')))
        else '{}'::jsonb
    end as attributes
from variants
