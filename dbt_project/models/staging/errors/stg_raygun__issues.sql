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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'raygun'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'raygun') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'raygun' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{eventType}') and mapping.has_value(payload, '{error}')) then 'webhook'
            when (mapping.has_value(payload, '{identifier}') and (mapping.has_value(payload, '{lastOccurredAt}') or mapping.has_value(payload, '{status}'))) then 'error group'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'raygun'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{error,message}'), mapping.text_at(payload, '{error,url}'))
        when 'error group' then mapping.text_at(payload, '{message}')
    end as title,
    case variant when 'webhook' then coalesce(mapping.text_at(payload, '{error,comment}'), mapping.text_at(payload, '{error,instance,stackTrace}')) end as body,
    case variant when 'webhook' then mapping.tag_at(payload, '{error,instance,tags}', 'severity|priority') end as severity_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{error,status}'), mapping.text_at(payload, '{eventType}'))
        when 'error group' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{application,name}'), mapping.text_at(payload, '{error,application,name}'))
        when 'error group' then coalesce(mapping.text_at(payload, '{applicationName}'), mapping.text_at(payload, '{applicationIdentifier}'))
    end as service,
    case variant
        when 'webhook' then coalesce(mapping.text_at(payload, '{error,className}'), mapping.text_at(payload, '{error,instance,className}'), mapping.text_at(payload, '{event}'))
        when 'error group' then mapping.text_at(payload, '{className}')
    end as error_type,
    case variant when 'webhook' then mapping.tag_at(payload, '{error,instance,tags}', 'team') end as team,
    case variant when 'webhook' then coalesce(mapping.tag_at(payload, '{error,instance,tags}', 'environment|env'), mapping.text_at(payload, '{error,instance,customData,environment}'), mapping.text_at(payload, '{error,instance,tags,0}')) end as environment,
    case variant
        when 'webhook' then mapping.text_at(payload, '{error,url}')
        when 'error group' then coalesce(mapping.text_at(payload, '{applicationUrl}'), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'webhook' then mapping.instant_at(payload, '{error,firstOccurredOn}')
        when 'error group' then mapping.instant_at(payload, '{createdAt}')
    end as source_created_at,
    case variant
        when 'webhook' then mapping.instant_at(payload, '{error,lastOccurredOn}')
        when 'error group' then coalesce(mapping.instant_at(payload, '{resolvedAt}'), mapping.instant_at(payload, '{lastOccurredAt}'))
    end as resolved_at,
    case variant
        when 'webhook' then jsonb_strip_nulls(jsonb_build_object('occurrences', payload #> '{error,totalOccurrences}', 'users', payload #> '{error,usersAffected}', 'event', payload #> '{eventType}'))
        when 'error group' then jsonb_strip_nulls(jsonb_build_object('resolved_in', payload #> '{resolvedIn}', 'comments', payload #> '{commentCount}'))
        else '{}'::jsonb
    end as attributes
from variants
