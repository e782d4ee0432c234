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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'thousandeyes'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'thousandeyes') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'thousandeyes' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{alertId}') or mapping.has_value(payload, '{ruleName}')) and mapping.has_value(payload, '{event_type}')) then 'notification'
            when ((mapping.has_value(payload, '{alertId}') or mapping.has_value(payload, '{id}')) and (mapping.has_value(payload, '{startDate}') or mapping.has_value(payload, '{dateStart}') or mapping.has_value(payload, '{ruleName}'))) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'thousandeyes'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'notification' then coalesce((mapping.text_at(payload, '{ruleName}') || ': ' || mapping.text_at(payload, '{testName}')), (mapping.text_at(payload, '{ruleName}') || ': ' || mapping.text_at(payload, '{hostname}')), mapping.text_at(payload, '{ruleName}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{ruleName}'), (mapping.text_at(payload, '{alertType}') || ' ' || mapping.text_at(payload, '{alertState}')), ('Alert ' || mapping.text_at(payload, '{alertId}')))
    end as title,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{ruleExpression}'), mapping.text_at(payload, '{metricsAtStart}'))
        when 'alert' then mapping.text_at(payload, '{ruleExpression}')
    end as body,
    case variant
        when 'notification' then mapping.text_at(payload, '{severity}')
        when 'alert' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{alertSeverity}'))
    end as severity_value,
    case variant
        when 'notification' then case when coalesce(lower(mapping.text_at(payload, '{event_type}')) in ('alert_notification_clear', '2'), false) then 'clear' else 'trigger' end
        when 'alert' then coalesce(mapping.text_at(payload, '{alertState}'), mapping.text_at(payload, '{state}'), case when coalesce(lower(mapping.text_at(payload, '{active}')) in ('1', 'true'), false) then 'trigger' else null::text end, case when coalesce(lower(mapping.text_at(payload, '{active}')) in ('0', 'false'), false) then 'clear' else null::text end)
    end as status_value,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{testName}'), mapping.text_at(payload, '{hostname}'), mapping.text_at(payload, '{agentName}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{testName}'), mapping.text_at(payload, '{alertRuleId}'), mapping.text_at(payload, '{hostname}'))
    end as service,
    case variant
        when 'notification' then mapping.text_at(payload, '{type}')
        when 'alert' then coalesce(mapping.text_at(payload, '{alertType}'), mapping.text_at(payload, '{type}'))
    end as error_type,
    case variant when 'notification' then mapping.text_at(payload, '{testTargetsDescription,0}') end as team,
    case variant when 'notification' then mapping.text_at(payload, '{agentName}') end as environment,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{permalink}'), mapping.text_at(payload, '{apiLinks,0,href}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{permalink}'), mapping.text_at(payload, '{links,appLink,href}'), mapping.text_at(payload, '{_links,appLink,href}'))
    end as external_url,
    case variant
        when 'notification' then mapping.instant_at(payload, '{dateStart}')
        when 'alert' then coalesce(mapping.instant_at(payload, '{startDate}'), mapping.instant_at(payload, '{dateStart}'))
    end as source_created_at,
    case variant
        when 'notification' then coalesce(mapping.instant_at(payload, '{dateEnd}'), mapping.instant_at(payload, '{dateStart}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{endDate}'), mapping.instant_at(payload, '{dateEnd}'))
    end as resolved_at,
    case variant
        when 'notification' then jsonb_strip_nulls(jsonb_build_object('rule', payload #> '{ruleName}', 'agent', payload #> '{agentName}', 'type', payload #> '{type}'))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('suppressed', payload #> '{suppressed}', 'violations', payload #> '{violationCount}'))
        else '{}'::jsonb
    end as attributes
from variants
