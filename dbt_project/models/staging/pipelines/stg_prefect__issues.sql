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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'prefect'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'prefect') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'prefect' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{flow_id}')) then 'flow run'
            when (mapping.has_value(payload, '{event}') and mapping.has_value(payload, '{resource,"prefect.resource.id"}')) then 'event of a flow run'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'prefect'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'flow run' then coalesce((mapping.text_at(payload, '{name}') || ': ' || mapping.text_at(payload, '{state,name}')), (mapping.text_at(payload, '{name}') || ': ' || mapping.text_at(payload, '{state_name}')), (mapping.text_at(payload, '{name}') || ': ' || mapping.text_at(payload, '{state_type}')), mapping.text_at(payload, '{name}'))
        when 'event of a flow run' then coalesce((mapping.text_at(payload, '{resource,"prefect.resource.name"}') || ': ' || mapping.text_at(payload, '{resource,"prefect.state-name"}')), (mapping.text_at(payload, '{resource,"prefect.resource.name"}') || ': ' || mapping.text_at(payload, '{event}')))
    end as title,
    case variant
        when 'flow run' then mapping.text_at(payload, '{state,message}')
        when 'event of a flow run' then mapping.text_at(payload, '{resource,"prefect.state-message"}')
    end as body,
    case variant
        when 'flow run' then coalesce(mapping.text_at(payload, '{state,type}'), mapping.text_at(payload, '{state_type}'))
        when 'event of a flow run' then coalesce(mapping.text_at(payload, '{resource,"prefect.state-type"}'), case when coalesce(mapping.text_at(payload, '{event}') ~* 'crashed', false) then 'CRASHED' else 'FAILED' end)
    end as severity_value,
    case variant
        when 'flow run' then coalesce(mapping.text_at(payload, '{state,type}'), mapping.text_at(payload, '{state_type}'))
        when 'event of a flow run' then coalesce(mapping.text_at(payload, '{resource,"prefect.state-type"}'), case when coalesce(mapping.text_at(payload, '{event}') ~* 'crashed', false) then 'CRASHED' else 'FAILED' end)
    end as status_value,
    case variant
        when 'flow run' then coalesce(mapping.text_at(payload, '{deployment_name}'), mapping.text_at(payload, '{flow_name}'), mapping.text_at(payload, '{deployment_id}'), mapping.text_at(payload, '{flow_id}'))
        when 'event of a flow run' then coalesce(mapping.element_at(payload, '{related}', '{"prefect.resource.role"}', 'deployment', '{"prefect.resource.name"}'), mapping.element_at(payload, '{related}', '{"prefect.resource.role"}', 'flow', '{"prefect.resource.name"}'), mapping.text_at(payload, '{resource,"prefect.resource.name"}'))
    end as service,
    case variant
        when 'flow run' then coalesce(mapping.text_at(payload, '{state,name}'), mapping.text_at(payload, '{state_name}'))
        when 'event of a flow run' then coalesce(mapping.text_at(payload, '{resource,"prefect.state-name"}'), mapping.text_at(payload, '{event}'))
    end as error_type,
    case variant when 'flow run' then mapping.tag_at(payload, '{tags}', 'team') end as team,
    case variant
        when 'flow run' then coalesce(mapping.tag_at(payload, '{tags}', 'env|environment'), mapping.text_at(payload, '{work_pool_name}'))
        when 'event of a flow run' then mapping.element_at(payload, '{related}', '{"prefect.resource.role"}', 'work-pool', '{"prefect.resource.name"}')
    end as environment,
    null::text as external_url,
    case variant
        when 'flow run' then coalesce(mapping.instant_at(payload, '{start_time}'), mapping.instant_at(payload, '{expected_start_time}'), mapping.instant_at(payload, '{created}'))
        when 'event of a flow run' then coalesce(mapping.instant_at(payload, '{resource,"prefect.state-timestamp"}'), mapping.instant_at(payload, '{occurred}'))
    end as source_created_at,
    case variant
        when 'flow run' then coalesce(mapping.instant_at(payload, '{end_time}'), mapping.instant_at(payload, '{updated}'))
        when 'event of a flow run' then mapping.instant_at(payload, '{occurred}')
    end as resolved_at,
    case variant
        when 'flow run' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'run_count', payload #> '{run_count}', 'work_queue', payload #> '{work_queue_name}'))
        when 'event of a flow run' then jsonb_strip_nulls(jsonb_build_object('event', payload #> '{event}', 'run', payload #> '{resource,"prefect.resource.id"}'))
        else '{}'::jsonb
    end as attributes
from variants
