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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'datadog_security'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'datadog_security') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'datadog_security' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{attributes,attributes,custom,finding_id}') or mapping.has_value(payload, '{attributes,evaluation}')) then 'finding'
            when (mapping.has_value(payload, '{attributes,message}') and (mapping.has_value(payload, '{attributes,custom}') or mapping.has_value(payload, '{attributes,attributes}') or coalesce(lower(mapping.text_at(payload, '{type}')) in ('signal'), false))) then 'signal'
            when (mapping.has_value(payload, '{signal_id}') and mapping.has_value(payload, '{title}')) then 'signal of our template'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'datadog_security'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'finding' then coalesce(mapping.text_at(payload, '{attributes,attributes,custom,title}'), mapping.text_at(payload, '{attributes,attributes,custom,rule,name}'), mapping.text_at(payload, '{attributes,rule,name}'))
        when 'signal' then coalesce(mapping.text_at(payload, '{attributes,custom,title}'), mapping.text_at(payload, '{attributes,attributes,custom,title}'), mapping.text_at(payload, '{attributes,custom,workflow,rule,name}'), mapping.text_at(payload, '{attributes,attributes,custom,workflow,rule,name}'), mapping.text_at(payload, '{attributes,message}'))
        when 'signal of our template' then mapping.text_at(payload, '{title}')
    end as title,
    case variant
        when 'finding' then mapping.text_at(payload, '{attributes,attributes,custom,description}')
        when 'signal' then mapping.text_at(payload, '{attributes,message}')
        when 'signal of our template' then mapping.text_at(payload, '{message}')
    end as body,
    case variant
        when 'finding' then coalesce(mapping.text_at(payload, '{attributes,attributes,custom,severity}'), mapping.text_at(payload, '{attributes,status}'))
        when 'signal' then coalesce(mapping.text_at(payload, '{attributes,custom,severity}'), mapping.text_at(payload, '{attributes,attributes,custom,severity}'), mapping.text_at(payload, '{attributes,severity}'), mapping.text_at(payload, '{attributes,status}'))
        when 'signal of our template' then mapping.text_at(payload, '{severity}')
    end as severity_value,
    case variant
        when 'finding' then case when coalesce(lower(coalesce(mapping.text_at(payload, '{attributes,attributes,custom,workflow,mute,is_muted}'), mapping.text_at(payload, '{attributes,mute,muted}'))) in ('true'), false) then 'muted' else coalesce(mapping.text_at(payload, '{attributes,attributes,custom,status}'), mapping.text_at(payload, '{attributes,evaluation}')) end
        when 'signal' then coalesce(mapping.text_at(payload, '{attributes,custom,workflow,triage,state}'), mapping.text_at(payload, '{attributes,attributes,custom,workflow,triage,state}'), mapping.text_at(payload, '{attributes,custom,triage,state}'))
    end as status_value,
    case variant
        when 'finding' then coalesce(mapping.tag_at(payload, '{attributes,tags}', 'service'), mapping.text_at(payload, '{attributes,attributes,custom,resource_name}'), mapping.text_at(payload, '{attributes,resource}'))
        when 'signal' then coalesce(mapping.tag_at(payload, '{attributes,tags}', 'service'), mapping.text_at(payload, '{attributes,service}'), mapping.tag_at(payload, '{attributes,tags}', 'host'), mapping.tag_at(payload, '{attributes,tags}', 'source'))
        when 'signal of our template' then mapping.tag_at(payload, '{tags}', 'service|host|source')
    end as service,
    case variant
        when 'finding' then coalesce(mapping.text_at(payload, '{attributes,attributes,custom,rule,id}'), mapping.text_at(payload, '{attributes,attributes,custom,finding_type}'), mapping.text_at(payload, '{attributes,rule,id}'))
        when 'signal' then coalesce(mapping.tag_at(payload, '{attributes,tags}', 'technique'), mapping.tag_at(payload, '{attributes,tags}', 'tactic'), mapping.text_at(payload, '{attributes,custom,workflow,rule,id}'), mapping.text_at(payload, '{attributes,attributes,custom,workflow,rule,id}'))
        when 'signal of our template' then coalesce(mapping.text_at(payload, '{rule_id}'), mapping.text_at(payload, '{rule_name}'))
    end as error_type,
    case variant
        when 'finding' then mapping.tag_at(payload, '{attributes,tags}', 'team')
        when 'signal' then mapping.tag_at(payload, '{attributes,tags}', 'team')
        when 'signal of our template' then mapping.tag_at(payload, '{tags}', 'team')
    end as team,
    case variant
        when 'finding' then mapping.tag_at(payload, '{attributes,tags}', 'env')
        when 'signal' then mapping.tag_at(payload, '{attributes,tags}', 'env')
        when 'signal of our template' then mapping.tag_at(payload, '{tags}', 'env')
    end as environment,
    case variant when 'signal of our template' then mapping.text_at(payload, '{link}') end as external_url,
    case variant
        when 'finding' then coalesce(mapping.epoch_at(payload, '{attributes,attributes,custom,first_seen_at}', 1000), coalesce(mapping.epoch_at(payload, '{attributes,timestamp}', 1000), mapping.epoch_at(payload, '{attributes,evaluation_changed_at}', 1000)), mapping.instant_at(payload, '{attributes,timestamp}'))
        when 'signal' then coalesce(mapping.epoch_at(payload, '{attributes,timestamp}', 1000), mapping.instant_at(payload, '{attributes,timestamp}'))
        when 'signal of our template' then mapping.epoch_at(payload, '{date}', 1000)
    end as source_created_at,
    case variant when 'finding' then mapping.epoch_at(payload, '{attributes,attributes,custom,detection_changed_at}', 1000) end as resolved_at,
    case variant
        when 'finding' then jsonb_strip_nulls(jsonb_build_object('finding_type', payload #> '{attributes,attributes,custom,finding_type}', 'resource_type', payload #> '{attributes,attributes,custom,resource_type}'))
        when 'signal' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{attributes,tags}'))
        else '{}'::jsonb
    end as attributes
from variants
