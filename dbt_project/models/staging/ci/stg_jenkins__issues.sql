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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'jenkins'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'jenkins') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'jenkins' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('notification') and (mapping.has_value(payload, '{build,full_url}') and mapping.has_value(payload, '{name}'))) then 'notification'
            when (kind in ('stage') and mapping.has_value(payload, '{_links,self,href}') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{name}')) then 'pipeline stage or run'
            when (kind in ('blue_run') and (mapping.has_value(payload, '{pipeline}') and mapping.has_value(payload, '{result}') and (mapping.has_value(payload, '{startTime}') or mapping.has_value(payload, '{enQueueTime}')))) then 'Blue Ocean run'
            when (kind in ('run') and (mapping.has_value(payload, '{url}') and mapping.has_value(payload, '{timestamp}') and mapping.has_value(payload, '{number}'))) then 'build'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'jenkins'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'notification' then (coalesce(mapping.text_at(payload, '{display_name}'), mapping.text_at(payload, '{name}')) || ' #' || mapping.text_at(payload, '{build,number}'))
        when 'pipeline stage or run' then nullif(concat_ws(': ', mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{error,message}')), '')
        when 'Blue Ocean run' then (coalesce(mapping.text_at(payload, '{fullName}'), mapping.text_at(payload, '{pipeline}')) || ' #' || mapping.text_at(payload, '{id}'))
        when 'build' then coalesce(mapping.text_at(payload, '{fullDisplayName}'), (nullif(substring(mapping.text_at(payload, '{url}') from '/job/([^/]+)/\d+/?$'), '') || ' ' || nullif(substring(mapping.text_at(payload, '{displayName}') from '^#\d+$'), '')), mapping.text_at(payload, '{displayName}'))
    end as title,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{build,notes}'), mapping.text_at(payload, '{build,log}'), mapping.text_at(payload, '{build,test_summary,failed_tests}'))
        when 'pipeline stage or run' then mapping.text_at(payload, '{error,message}')
        when 'Blue Ocean run' then nullif(coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{runSummary}')), mapping.text_at(payload, '{result}'))
        when 'build' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{actions,0,causes,0,shortDescription}'))
    end as body,
    case variant
        when 'notification' then mapping.text_at(payload, '{build,status}')
        when 'pipeline stage or run' then mapping.text_at(payload, '{status}')
        when 'Blue Ocean run' then mapping.text_at(payload, '{result}')
        when 'build' then mapping.text_at(payload, '{result}')
    end as severity_value,
    case variant
        when 'notification' then mapping.text_at(payload, '{build,status}')
        when 'pipeline stage or run' then mapping.text_at(payload, '{status}')
        when 'Blue Ocean run' then mapping.text_at(payload, '{result}')
        when 'build' then mapping.text_at(payload, '{result}')
    end as status_value,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{display_name}'))
        when 'pipeline stage or run' then nullif(substring(mapping.text_at(payload, '{_links,self,href}') from '/job/([^/]+)/\d+/(?:wfapi|execution)'), '')
        when 'Blue Ocean run' then mapping.text_at(payload, '{pipeline}')
        when 'build' then coalesce(nullif(substring(mapping.text_at(payload, '{fullDisplayName}') from '^(.*\S)\s+#\d+$'), ''), nullif(substring(mapping.text_at(payload, '{url}') from '/job/([^/]+)/\d+/?$'), ''))
    end as service,
    case variant
        when 'notification' then 'build_failed'
        when 'pipeline stage or run' then coalesce(mapping.text_at(payload, '{error,type}'), 'stage_failed')
        when 'Blue Ocean run' then 'build_failed'
        when 'build' then 'build_failed'
    end as error_type,
    null::text as team,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{build,parameters,environment}'), mapping.text_at(payload, '{build,parameters,ENVIRONMENT}'), mapping.text_at(payload, '{build,scm,branch}'))
        when 'Blue Ocean run' then mapping.text_at(payload, '{branch,name}')
        when 'build' then coalesce(mapping.text_at(payload, '{actions,1,lastBuiltRevision,branch,0,name}'), mapping.text_at(payload, '{actions,2,lastBuiltRevision,branch,0,name}'))
    end as environment,
    case variant
        when 'notification' then mapping.text_at(payload, '{build,full_url}')
        when 'pipeline stage or run' then (nullif(config ->> 'base_url', '') || mapping.text_at(payload, '{_links,self,href}'))
        when 'Blue Ocean run' then (nullif(config ->> 'base_url', '') || mapping.text_at(payload, '{_links,self,href}'))
        when 'build' then mapping.text_at(payload, '{url}')
    end as external_url,
    case variant
        when 'notification' then mapping.epoch_at(payload, '{build,timestamp}', 1000)
        when 'pipeline stage or run' then mapping.epoch_at(payload, '{startTimeMillis}', 1000)
        when 'Blue Ocean run' then coalesce(mapping.instant_at(payload, '{startTime}'), mapping.instant_at(payload, '{enQueueTime}'))
        when 'build' then mapping.epoch_at(payload, '{timestamp}', 1000)
    end as source_created_at,
    case variant when 'Blue Ocean run' then mapping.instant_at(payload, '{endTime}') end as resolved_at,
    case variant
        when 'notification' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{build,number}', 'commit', payload #> '{build,scm,commit}', 'phase', payload #> '{build,phase}'))
        when 'pipeline stage or run' then jsonb_strip_nulls(jsonb_build_object('id', payload #> '{id}', 'duration_ms', payload #> '{durationMillis}'))
        when 'Blue Ocean run' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{id}', 'commit', payload #> '{commitId}'))
        when 'build' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{number}', 'duration_ms', payload #> '{duration}'))
        else '{}'::jsonb
    end as attributes
from variants
