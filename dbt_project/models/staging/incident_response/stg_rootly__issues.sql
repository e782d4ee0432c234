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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'rootly'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'rootly') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'rootly' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when ((mapping.has_value(payload, '{attributes,sequential_id}') or mapping.has_value(payload, '{sequential_id}') or mapping.has_value(payload, '{attributes,title}') or mapping.has_value(payload, '{title}')) and (mapping.has_value(payload, '{attributes,status}') or mapping.has_value(payload, '{status}')) and not coalesce(mapping.text_at(payload, '{type}') ~* 'post_mortem|retrospective|action_item', false)) then 'incident'
            when ((mapping.has_value(payload, '{attributes,summary}') or mapping.has_value(payload, '{summary}')) and (mapping.has_value(payload, '{attributes,source}') or mapping.has_value(payload, '{source}') or mapping.has_value(payload, '{attributes,alert_urgency}') or mapping.has_value(payload, '{alert_urgency}') or mapping.has_value(payload, '{attributes,short_id}') or mapping.has_value(payload, '{short_id}') or mapping.has_value(payload, '{attributes,started_at}') or mapping.has_value(payload, '{started_at}')) and not (mapping.has_value(payload, '{attributes,sequential_id}') or mapping.has_value(payload, '{sequential_id}') or mapping.has_value(payload, '{attributes,title}') or mapping.has_value(payload, '{title}'))) then 'alert'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'rootly'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,title}'), mapping.text_at(payload, '{title}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{attributes,summary}'), mapping.text_at(payload, '{summary}'))
    end as title,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,summary}'), mapping.text_at(payload, '{summary}'), mapping.text_at(payload, '{attributes,mitigation_message}'), mapping.text_at(payload, '{mitigation_message}'), mapping.text_at(payload, '{attributes,resolution_message}'), mapping.text_at(payload, '{resolution_message}'))
        when 'alert' then coalesce(nullif(mapping.text_at(payload, '{attributes,description}'), mapping.text_at(payload, '{attributes,summary}')), mapping.text_at(payload, '{description}'))
    end as body,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,severity,data,attributes,severity}'), mapping.text_at(payload, '{severity,data,attributes,severity}'), mapping.text_at(payload, '{attributes,severity,severity}'), mapping.text_at(payload, '{severity,severity}'), mapping.text_at(payload, '{attributes,severity,data,attributes,slug}'), mapping.text_at(payload, '{severity,data,attributes,slug}'), mapping.text_at(payload, '{attributes,severity,slug}'), mapping.text_at(payload, '{severity,slug}'), mapping.text_at(payload, '{attributes,severity,name}'), mapping.text_at(payload, '{severity,name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{attributes,alert_urgency,name}'), mapping.text_at(payload, '{alert_urgency,name}'), mapping.text_at(payload, '{attributes,alert_urgency,data,attributes,name}'), mapping.text_at(payload, '{alert_urgency,data,attributes,name}'), mapping.text_at(payload, '{attributes,severity}'), mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{attributes,urgency}'), mapping.text_at(payload, '{urgency}'), mapping.tag_at(payload, '{attributes,labels}', 'severity|priority'), mapping.tag_at(payload, '{labels}', 'severity|priority'))
    end as severity_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,status}'), mapping.text_at(payload, '{status}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{attributes,status}'), mapping.text_at(payload, '{status}'))
    end as status_value,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,services,0,data,attributes,name}'), mapping.text_at(payload, '{services,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,services,data,0,attributes,name}'), mapping.text_at(payload, '{services,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,services,0,name}'), mapping.text_at(payload, '{services,0,name}'), mapping.text_at(payload, '{attributes,functionalities,0,data,attributes,name}'), mapping.text_at(payload, '{functionalities,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,functionalities,data,0,attributes,name}'), mapping.text_at(payload, '{functionalities,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,functionalities,0,name}'), mapping.text_at(payload, '{functionalities,0,name}'), mapping.tag_at(payload, '{attributes,labels}', 'service'), mapping.tag_at(payload, '{labels}', 'service'))
        when 'alert' then coalesce(mapping.text_at(payload, '{attributes,services,0,data,attributes,name}'), mapping.text_at(payload, '{services,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,services,data,0,attributes,name}'), mapping.text_at(payload, '{services,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,services,0,name}'), mapping.text_at(payload, '{services,0,name}'), mapping.tag_at(payload, '{attributes,labels}', 'service'), mapping.tag_at(payload, '{labels}', 'service'))
    end as service,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,causes,0,data,attributes,name}'), mapping.text_at(payload, '{causes,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,causes,data,0,attributes,name}'), mapping.text_at(payload, '{causes,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,causes,0,name}'), mapping.text_at(payload, '{causes,0,name}'), mapping.text_at(payload, '{attributes,incident_types,0,data,attributes,name}'), mapping.text_at(payload, '{incident_types,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,incident_types,data,0,attributes,name}'), mapping.text_at(payload, '{incident_types,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,incident_types,0,name}'), mapping.text_at(payload, '{incident_types,0,name}'))
        when 'alert' then coalesce(mapping.tag_at(payload, '{attributes,labels}', 'error_type'), mapping.tag_at(payload, '{labels}', 'error_type'))
    end as error_type,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,groups,0,data,attributes,name}'), mapping.text_at(payload, '{groups,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,groups,data,0,attributes,name}'), mapping.text_at(payload, '{groups,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,groups,0,name}'), mapping.text_at(payload, '{groups,0,name}'), mapping.text_at(payload, '{attributes,teams,0,data,attributes,name}'), mapping.text_at(payload, '{teams,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,teams,data,0,attributes,name}'), mapping.text_at(payload, '{teams,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,teams,0,name}'), mapping.text_at(payload, '{teams,0,name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{attributes,groups,0,data,attributes,name}'), mapping.text_at(payload, '{groups,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,groups,data,0,attributes,name}'), mapping.text_at(payload, '{groups,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,groups,0,name}'), mapping.text_at(payload, '{groups,0,name}'), mapping.tag_at(payload, '{attributes,labels}', 'team'), mapping.tag_at(payload, '{labels}', 'team'))
    end as team,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,environments,0,data,attributes,name}'), mapping.text_at(payload, '{environments,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,environments,data,0,attributes,name}'), mapping.text_at(payload, '{environments,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,environments,0,name}'), mapping.text_at(payload, '{environments,0,name}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{attributes,environments,0,data,attributes,name}'), mapping.text_at(payload, '{environments,0,data,attributes,name}'), mapping.text_at(payload, '{attributes,environments,data,0,attributes,name}'), mapping.text_at(payload, '{environments,data,0,attributes,name}'), mapping.text_at(payload, '{attributes,environments,0,name}'), mapping.text_at(payload, '{environments,0,name}'), mapping.tag_at(payload, '{attributes,labels}', 'env|environment'), mapping.tag_at(payload, '{labels}', 'env|environment'))
    end as environment,
    case variant
        when 'incident' then coalesce(mapping.text_at(payload, '{attributes,url}'), mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{attributes,short_url}'), mapping.text_at(payload, '{short_url}'), mapping.text_at(payload, '{attributes,slack_channel_url}'), mapping.text_at(payload, '{slack_channel_url}'))
        when 'alert' then coalesce(mapping.text_at(payload, '{attributes,url}'), mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{attributes,external_url}'), mapping.text_at(payload, '{external_url}'))
    end as external_url,
    case variant
        when 'incident' then coalesce(mapping.instant_at(payload, '{attributes,started_at}'), mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{attributes,created_at}'), mapping.instant_at(payload, '{created_at}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{attributes,started_at}'), mapping.instant_at(payload, '{started_at}'), mapping.instant_at(payload, '{attributes,created_at}'), mapping.instant_at(payload, '{created_at}'))
    end as source_created_at,
    case variant
        when 'incident' then coalesce(mapping.instant_at(payload, '{attributes,resolved_at}'), mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{attributes,closed_at}'), mapping.instant_at(payload, '{closed_at}'), mapping.instant_at(payload, '{attributes,cancelled_at}'), mapping.instant_at(payload, '{cancelled_at}'), mapping.instant_at(payload, '{attributes,mitigated_at}'), mapping.instant_at(payload, '{mitigated_at}'), mapping.instant_at(payload, '{attributes,updated_at}'), mapping.instant_at(payload, '{updated_at}'))
        when 'alert' then coalesce(mapping.instant_at(payload, '{attributes,ended_at}'), mapping.instant_at(payload, '{ended_at}'), mapping.instant_at(payload, '{attributes,resolved_at}'), mapping.instant_at(payload, '{resolved_at}'), mapping.instant_at(payload, '{attributes,updated_at}'), mapping.instant_at(payload, '{updated_at}'))
    end as resolved_at,
    case variant
        when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', coalesce(nullif(payload #> '{attributes,sequential_id}', 'null'), nullif(payload #> '{sequential_id}', 'null')), 'slug', coalesce(nullif(payload #> '{attributes,slug}', 'null'), nullif(payload #> '{slug}', 'null')), 'kind', coalesce(nullif(payload #> '{attributes,kind}', 'null'), nullif(payload #> '{kind}', 'null')), 'labels', coalesce(nullif(payload #> '{attributes,labels}', 'null'), nullif(payload #> '{labels}', 'null'))))
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('number', coalesce(nullif(payload #> '{attributes,short_id}', 'null'), nullif(payload #> '{short_id}', 'null')), 'origin', coalesce(nullif(payload #> '{attributes,source}', 'null'), nullif(payload #> '{source}', 'null')), 'labels', coalesce(nullif(payload #> '{attributes,labels}', 'null'), nullif(payload #> '{labels}', 'null')), 'noise', coalesce(nullif(payload #> '{attributes,noise}', 'null'), nullif(payload #> '{noise}', 'null'))))
        else '{}'::jsonb
    end as attributes
from variants
