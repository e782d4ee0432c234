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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'hubspot'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'hubspot') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'hubspot' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{properties}') and (mapping.has_value(payload, '{properties,subject}') or mapping.has_value(payload, '{properties,content}'))) then 'ticket'
            when (mapping.has_value(payload, '{subject}') and (mapping.has_value(payload, '{hs_pipeline_stage}') or mapping.has_value(payload, '{createdate}') or mapping.has_value(payload, '{content}'))) then 'flat ticket'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'hubspot'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'ticket' then coalesce(mapping.text_at(payload, '{properties,subject,value}'), mapping.text_at(payload, '{properties,subject}'), mapping.text_at(payload, '{properties,content}'))
        when 'flat ticket' then mapping.text_at(payload, '{subject}')
    end as title,
    case variant
        when 'ticket' then nullif(coalesce(mapping.text_at(payload, '{properties,content,value}'), mapping.text_at(payload, '{properties,content}')), mapping.text_at(payload, '{properties,subject}'))
        when 'flat ticket' then nullif(mapping.text_at(payload, '{content}'), mapping.text_at(payload, '{subject}'))
    end as body,
    case variant
        when 'ticket' then coalesce(mapping.text_at(payload, '{properties,hs_ticket_priority,value}'), mapping.text_at(payload, '{properties,hs_ticket_priority}'))
        when 'flat ticket' then mapping.text_at(payload, '{hs_ticket_priority}')
    end as severity_value,
    case variant
        when 'ticket' then coalesce(('stage ' || mapping.text_at(payload, '{properties,hs_pipeline_stage,value}')), ('stage ' || mapping.text_at(payload, '{properties,hs_pipeline_stage}')))
        when 'flat ticket' then ('stage ' || mapping.text_at(payload, '{hs_pipeline_stage}'))
    end as status_value,
    case variant
        when 'ticket' then coalesce(mapping.text_at(payload, '{properties,hs_ticket_category,value}'), mapping.text_at(payload, '{properties,hs_ticket_category}'))
        when 'flat ticket' then mapping.text_at(payload, '{hs_ticket_category}')
    end as service,
    null::text as error_type,
    case variant
        when 'ticket' then coalesce(mapping.text_at(payload, '{properties,hubspot_team_id,value}'), mapping.text_at(payload, '{properties,hubspot_team_id}'))
        when 'flat ticket' then mapping.text_at(payload, '{hubspot_team_id}')
    end as team,
    null::text as environment,
    case variant
        when 'ticket' then mapping.text_at(payload, '{url}')
        when 'flat ticket' then mapping.text_at(payload, '{url}')
    end as external_url,
    case variant
        when 'ticket' then coalesce(mapping.instant_at(payload, '{createdAt}'), mapping.instant_at(payload, '{properties,createdate}'), coalesce(mapping.epoch_at(payload, '{properties,createdate,value}', 1000), mapping.epoch_at(payload, '{properties,createdate}', 1000)))
        when 'flat ticket' then coalesce(mapping.instant_at(payload, '{createdate}'), mapping.epoch_at(payload, '{createdate}', 1000))
    end as source_created_at,
    case variant
        when 'ticket' then coalesce(mapping.instant_at(payload, '{properties,closed_date}'), mapping.instant_at(payload, '{updatedAt}'))
        when 'flat ticket' then mapping.instant_at(payload, '{closed_date}')
    end as resolved_at,
    case variant
        when 'ticket' then jsonb_strip_nulls(jsonb_build_object('pipeline', coalesce(nullif(payload #> '{properties,hs_pipeline,value}', 'null'), nullif(payload #> '{properties,hs_pipeline}', 'null')), 'stage', coalesce(nullif(payload #> '{properties,hs_pipeline_stage,value}', 'null'), nullif(payload #> '{properties,hs_pipeline_stage}', 'null')), 'owner', coalesce(nullif(payload #> '{properties,hubspot_owner_id,value}', 'null'), nullif(payload #> '{properties,hubspot_owner_id}', 'null'))))
        when 'flat ticket' then jsonb_strip_nulls(jsonb_build_object('pipeline', payload #> '{hs_pipeline}', 'stage', payload #> '{hs_pipeline_stage}'))
        else '{}'::jsonb
    end as attributes
from variants
