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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'zendesk'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'zendesk') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'zendesk' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (kind in ('event') and not (mapping.has_value(payload, '{detail}') or mapping.has_value(payload, '{event_time}') or mapping.has_value(payload, '{active}') or mapping.has_value(payload, '{raw_title}'))) then 'body of a trigger'
            when ((mapping.has_value(payload, '{subject}') or mapping.has_value(payload, '{raw_subject}') or (mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{priority}') or mapping.has_value(payload, '{description}')))) and not mapping.has_value(payload, '{detail}')) then 'ticket'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'zendesk'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'body of a trigger' then coalesce(mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{ticket_title}'), mapping.text_at(payload, '{ticket,title}'), mapping.text_at(payload, '{subject}'), mapping.text_at(payload, '{ticket_subject}'), mapping.text_at(payload, '{ticket,subject}'))
        when 'ticket' then coalesce(mapping.text_at(payload, '{subject}'), mapping.text_at(payload, '{raw_subject}'), mapping.text_at(payload, '{title}'), mapping.text_at(payload, '{description}'))
    end as title,
    case variant
        when 'body of a trigger' then coalesce(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{ticket_description}'), mapping.text_at(payload, '{ticket,description}'), mapping.text_at(payload, '{latest_comment}'), mapping.text_at(payload, '{ticket_latest_comment}'), mapping.text_at(payload, '{ticket,latest_comment}'), mapping.text_at(payload, '{latest_public_comment}'), mapping.text_at(payload, '{ticket_latest_public_comment}'), mapping.text_at(payload, '{ticket,latest_public_comment}'))
        when 'ticket' then mapping.text_at(payload, '{description}')
    end as body,
    case variant
        when 'body of a trigger' then coalesce(nullif(substring(mapping.text_at(payload, '{priority}') from '[A-Za-z].*'), ''), nullif(substring(mapping.text_at(payload, '{ticket_priority}') from '[A-Za-z].*'), ''), nullif(substring(mapping.text_at(payload, '{ticket,priority}') from '[A-Za-z].*'), ''))
        when 'ticket' then mapping.text_at(payload, '{priority}')
    end as severity_value,
    case variant
        when 'body of a trigger' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{ticket_status}'), mapping.text_at(payload, '{ticket,status}'))
        when 'ticket' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'body of a trigger' then coalesce(nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|[\s,])(?:service|product)[:=]([^\s,]+)'), ''), nullif(substring(mapping.text_at(payload, '{ticket_tags}') from '(?:^|[\s,])(?:service|product)[:=]([^\s,]+)'), ''), nullif(substring(mapping.text_at(payload, '{ticket,tags}') from '(?:^|[\s,])(?:service|product)[:=]([^\s,]+)'), ''))
        when 'ticket' then coalesce(mapping.tag_at(payload, '{tags}', 'service|product'), mapping.text_at(payload, '{brand_id}'))
    end as service,
    case variant
        when 'body of a trigger' then coalesce(nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|[\s,])(?:error)[:=]([^\s,]+)'), ''), nullif(substring(mapping.text_at(payload, '{ticket_tags}') from '(?:^|[\s,])(?:error)[:=]([^\s,]+)'), ''), nullif(substring(mapping.text_at(payload, '{ticket,tags}') from '(?:^|[\s,])(?:error)[:=]([^\s,]+)'), ''))
        when 'ticket' then mapping.tag_at(payload, '{tags}', 'error')
    end as error_type,
    case variant
        when 'body of a trigger' then coalesce(nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|[\s,])(?:team)[:=]([^\s,]+)'), ''), nullif(substring(mapping.text_at(payload, '{ticket_tags}') from '(?:^|[\s,])(?:team)[:=]([^\s,]+)'), ''), nullif(substring(mapping.text_at(payload, '{ticket,tags}') from '(?:^|[\s,])(?:team)[:=]([^\s,]+)'), ''), mapping.text_at(payload, '{group_name}'), mapping.text_at(payload, '{ticket_group_name}'), mapping.text_at(payload, '{ticket,group_name}'), mapping.text_at(payload, '{group,name}'), mapping.text_at(payload, '{ticket_group,name}'), mapping.text_at(payload, '{ticket,group,name}'), mapping.text_at(payload, '{group}'), mapping.text_at(payload, '{ticket_group}'), mapping.text_at(payload, '{ticket,group}'))
        when 'ticket' then coalesce(mapping.tag_at(payload, '{tags}', 'team'), mapping.text_at(payload, '{group,name}'), mapping.text_at(payload, '{group_id}'))
    end as team,
    case variant
        when 'body of a trigger' then coalesce(nullif(substring(mapping.text_at(payload, '{tags}') from '(?:^|[\s,])(?:env|environment)[:=]([^\s,]+)'), ''), nullif(substring(mapping.text_at(payload, '{ticket_tags}') from '(?:^|[\s,])(?:env|environment)[:=]([^\s,]+)'), ''), nullif(substring(mapping.text_at(payload, '{ticket,tags}') from '(?:^|[\s,])(?:env|environment)[:=]([^\s,]+)'), ''))
        when 'ticket' then mapping.tag_at(payload, '{tags}', 'env|environment')
    end as environment,
    case variant
        when 'body of a trigger' then coalesce(nullif(substring(mapping.text_at(payload, '{link}') from '^https?://\S+'), ''), nullif(substring(mapping.text_at(payload, '{ticket_link}') from '^https?://\S+'), ''), nullif(substring(mapping.text_at(payload, '{ticket,link}') from '^https?://\S+'), ''), nullif(substring(mapping.text_at(payload, '{url}') from '^https?://\S+'), ''), nullif(substring(mapping.text_at(payload, '{ticket_url}') from '^https?://\S+'), ''), nullif(substring(mapping.text_at(payload, '{ticket,url}') from '^https?://\S+'), ''), ('https://' || nullif(substring(mapping.text_at(payload, '{url}') from '^[\w.-]+/(?:agent/)?tickets/\d+$'), '')), ('https://' || nullif(substring(mapping.text_at(payload, '{ticket_url}') from '^[\w.-]+/(?:agent/)?tickets/\d+$'), '')), ('https://' || nullif(substring(mapping.text_at(payload, '{ticket,url}') from '^[\w.-]+/(?:agent/)?tickets/\d+$'), '')), ('https://' || nullif(substring(mapping.text_at(payload, '{link}') from '^[\w.-]+/(?:agent/)?tickets/\d+$'), '')), ('https://' || nullif(substring(mapping.text_at(payload, '{ticket_link}') from '^[\w.-]+/(?:agent/)?tickets/\d+$'), '')), ('https://' || nullif(substring(mapping.text_at(payload, '{ticket,link}') from '^[\w.-]+/(?:agent/)?tickets/\d+$'), '')))
        when 'ticket' then coalesce((nullif(substring(mapping.text_at(payload, '{url}') from '^(https?://[^/]+)/api/v2/tickets/\d+\.json$'), '') || '/agent/tickets/' || nullif(substring(mapping.text_at(payload, '{url}') from '/api/v2/tickets/(\d+)\.json$'), '')), mapping.text_at(payload, '{url}'))
    end as external_url,
    case variant
        when 'body of a trigger' then coalesce(mapping.instant_at(payload, '{created_at_with_timestamp}'), mapping.instant_at(payload, '{ticket_created_at_with_timestamp}'), mapping.instant_at(payload, '{ticket,created_at_with_timestamp}'), mapping.instant_at(payload, '{created_at}'), mapping.instant_at(payload, '{ticket_created_at}'), mapping.instant_at(payload, '{ticket,created_at}'))
        when 'ticket' then mapping.instant_at(payload, '{created_at}')
    end as source_created_at,
    case variant
        when 'body of a trigger' then coalesce(mapping.instant_at(payload, '{updated_at_with_timestamp}'), mapping.instant_at(payload, '{ticket_updated_at_with_timestamp}'), mapping.instant_at(payload, '{ticket,updated_at_with_timestamp}'), mapping.instant_at(payload, '{updated_at}'), mapping.instant_at(payload, '{ticket_updated_at}'), mapping.instant_at(payload, '{ticket,updated_at}'))
        when 'ticket' then mapping.instant_at(payload, '{updated_at}')
    end as resolved_at,
    case variant
        when 'body of a trigger' then jsonb_strip_nulls(jsonb_build_object('tags', coalesce(nullif(payload #> '{tags}', 'null'), nullif(payload #> '{ticket_tags}', 'null'), nullif(payload #> '{ticket,tags}', 'null')), 'type', coalesce(nullif(payload #> '{ticket_type}', 'null'), nullif(payload #> '{ticket_ticket_type}', 'null'), nullif(payload #> '{ticket,ticket_type}', 'null'), nullif(payload #> '{type}', 'null'), nullif(payload #> '{ticket_type}', 'null'), nullif(payload #> '{ticket,type}', 'null'))))
        when 'ticket' then jsonb_strip_nulls(jsonb_build_object('tags', payload #> '{tags}', 'type', payload #> '{type}', 'channel', payload #> '{via,channel}', 'organization_id', (mapping.text_at(payload, '{organization_id}')), 'region', mapping.tag_at(payload, '{tags}', 'region')))
        else '{}'::jsonb
    end as attributes
from variants
