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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'dynatrace'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'dynatrace') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'dynatrace' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{State}') and (mapping.has_value(payload, '{ProblemTitle}') or mapping.has_value(payload, '{ProblemID}'))) then 'notification'
            when (mapping.has_value(payload, '{"event.status"}') and mapping.has_value(payload, '{"event.name"}')) then 'problem of a DQL query or workflow'
            when (mapping.has_value(payload, '{securityProblemId}') and mapping.has_value(payload, '{title}')) then 'security problem'
            when (kind in ('failure_event') and mapping.has_value(payload, '{eventType}')) then 'event'
            when (mapping.has_value(payload, '{title}') and mapping.has_value(payload, '{status}') and (mapping.has_value(payload, '{problemId}') or mapping.has_value(payload, '{displayId}'))) then 'problem'
            when (mapping.has_value(payload, '{displayName}') and mapping.has_value(payload, '{status}') and mapping.has_value(payload, '{impactLevel}')) then 'problem of the API of version 1'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'dynatrace'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{ProblemTitle}'), mapping.text_at(payload, '{ProblemDetailsJSONv2,title}'), mapping.text_at(payload, '{ProblemDetailsJSONv2,displayName}'), mapping.text_at(payload, '{ProblemDetailsJSON,title}'), mapping.text_at(payload, '{ProblemDetailsJSON,displayName}'), mapping.text_at(payload, '{ProblemDetails,title}'), mapping.text_at(payload, '{ProblemDetails,displayName}'))
        when 'problem of a DQL query or workflow' then mapping.text_at(payload, '{"event.name"}')
        when 'security problem' then mapping.text_at(payload, '{title}')
        when 'event' then coalesce(mapping.text_at(payload, '{title}'), (mapping.text_at(payload, '{eventType}') || ': ' || mapping.text_at(payload, '{entityName}')), mapping.text_at(payload, '{eventType}'))
        when 'problem' then mapping.text_at(payload, '{title}')
        when 'problem of the API of version 1' then coalesce((coalesce(mapping.text_at(payload, '{rankedImpacts,0,eventType}'), mapping.text_at(payload, '{rankedEvents,0,eventType}')) || (' (' || mapping.text_at(payload, '{displayName}') || ')')), ('Problem ' || mapping.text_at(payload, '{displayName}')))
    end as title,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{ProblemDetailsText}'), mapping.text_at(payload, '{ProblemDetailsMarkdown}'), mapping.plain_text_at(payload, '{ProblemDetailsHTML}'), mapping.text_at(payload, '{ProblemDetails}'))
        when 'problem of a DQL query or workflow' then mapping.text_at(payload, '{"event.description"}')
        when 'security problem' then mapping.text_at(payload, '{description}')
        when 'event' then coalesce(mapping.element_at(payload, '{properties}', '{key}', 'dt.event.description', '{value}'), mapping.text_at(payload, '{properties,"dt.event.description"}'), mapping.text_at(payload, '{description}'))
        when 'problem' then nullif(concat_ws('
', mapping.text_at(payload, '{evidenceDetails,details,0,displayName}'), mapping.text_at(payload, '{recentComments,comments,0,content}')), '')
    end as body,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{ProblemSeverity}'), mapping.text_at(payload, '{ProblemDetailsJSONv2,severityLevel}'), mapping.text_at(payload, '{ProblemDetailsJSON,severityLevel}'), mapping.text_at(payload, '{ProblemDetails,severityLevel}'))
        when 'problem of a DQL query or workflow' then coalesce(mapping.text_at(payload, '{"event.category"}'), mapping.text_at(payload, '{"event.severity"}'))
        when 'security problem' then mapping.text_at(payload, '{riskAssessment,riskLevel}')
        when 'event' then mapping.text_at(payload, '{severityLevel}')
        when 'problem' then mapping.text_at(payload, '{severityLevel}')
        when 'problem of the API of version 1' then mapping.text_at(payload, '{severityLevel}')
    end as severity_value,
    case variant
        when 'notification' then mapping.text_at(payload, '{State}')
        when 'problem of a DQL query or workflow' then mapping.text_at(payload, '{"event.status"}')
        when 'security problem' then mapping.text_at(payload, '{status}')
        when 'event' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{eventStatus}'))
        when 'problem' then mapping.text_at(payload, '{status}')
        when 'problem of the API of version 1' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'notification' then coalesce(mapping.tag_at(payload, '{Tags}', '(?:\[[^]]*\])?(?:service|app|application|component)'), mapping.text_at(payload, '{ProblemDetailsJSONv2,rootCauseEntity,name}'), mapping.text_at(payload, '{ProblemDetailsJSON,rootCauseEntity,name}'), mapping.text_at(payload, '{ProblemDetails,rootCauseEntity,name}'), mapping.text_at(payload, '{ImpactedEntities,0,name}'), mapping.text_at(payload, '{NamesOfImpactedEntities}'), nullif(substring(mapping.text_at(payload, '{ImpactedEntity}') from '^(?:[^,]* on )?([^,]+)'), ''), mapping.text_at(payload, '{ProblemDetailsJSONv2,affectedEntities,0,name}'), mapping.text_at(payload, '{ProblemDetailsJSONv2,rankedEvents,0,entityName}'), mapping.text_at(payload, '{ProblemDetailsJSON,affectedEntities,0,name}'), mapping.text_at(payload, '{ProblemDetailsJSON,rankedEvents,0,entityName}'), mapping.text_at(payload, '{ProblemDetails,affectedEntities,0,name}'), mapping.text_at(payload, '{ProblemDetails,rankedEvents,0,entityName}'))
        when 'problem of a DQL query or workflow' then coalesce(mapping.text_at(payload, '{"dt.entity.service.name"}'), mapping.text_at(payload, '{affected_entity_names,0}'), mapping.text_at(payload, '{root_cause_entity_name}'))
        when 'security problem' then mapping.text_at(payload, '{packageName}')
        when 'event' then coalesce(mapping.text_at(payload, '{entityId,name}'), mapping.text_at(payload, '{entityName}'), mapping.element_at(payload, '{properties}', '{key}', 'dt.event.deployment.name', '{value}'), mapping.text_at(payload, '{properties,"dt.event.deployment.name"}'), mapping.element_at(payload, '{properties}', '{key}', 'dt.event.deployment.project', '{value}'), mapping.text_at(payload, '{properties,"dt.event.deployment.project"}'), mapping.text_at(payload, '{deploymentProject}'))
        when 'problem' then coalesce(mapping.tag_at(payload, '{entityTags}', '(?:\[[^]]*\])?(?:service|app|application|component)'), mapping.text_at(payload, '{rootCauseEntity,name}'), mapping.text_at(payload, '{impactedEntities,0,name}'), mapping.text_at(payload, '{affectedEntities,0,name}'))
        when 'problem of the API of version 1' then coalesce(mapping.text_at(payload, '{rankedImpacts,0,entityName}'), mapping.text_at(payload, '{rankedEvents,0,entityName}'), mapping.text_at(payload, '{rankedImpacts,0,entityId}'))
    end as service,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{ProblemDetailsJSONv2,rankedEvents,0,eventType}'), mapping.text_at(payload, '{ProblemDetailsJSON,rankedEvents,0,eventType}'), mapping.text_at(payload, '{ProblemDetails,rankedEvents,0,eventType}'), mapping.text_at(payload, '{ProblemImpact}'), mapping.text_at(payload, '{ProblemDetailsJSONv2,impactLevel}'), mapping.text_at(payload, '{ProblemDetailsJSON,impactLevel}'), mapping.text_at(payload, '{ProblemDetails,impactLevel}'))
        when 'problem of a DQL query or workflow' then coalesce(mapping.text_at(payload, '{"event.type"}'), mapping.text_at(payload, '{"event.category"}'))
        when 'security problem' then coalesce(mapping.text_at(payload, '{cveIds,0}'), mapping.text_at(payload, '{vulnerabilityType}'))
        when 'event' then mapping.text_at(payload, '{eventType}')
        when 'problem' then coalesce(mapping.text_at(payload, '{evidenceDetails,details,0,eventType}'), mapping.text_at(payload, '{impactLevel}'))
        when 'problem of the API of version 1' then coalesce(mapping.text_at(payload, '{rankedImpacts,0,eventType}'), mapping.text_at(payload, '{rankedEvents,0,eventType}'))
    end as error_type,
    case variant
        when 'notification' then coalesce(mapping.tag_at(payload, '{Tags}', '(?:\[[^]]*\])?(?:team|owner|squad)'), mapping.text_at(payload, '{ProblemDetailsJSONv2,managementZones,0,name}'), mapping.text_at(payload, '{ProblemDetailsJSON,managementZones,0,name}'), mapping.text_at(payload, '{ProblemDetails,managementZones,0,name}'))
        when 'problem of a DQL query or workflow' then coalesce(mapping.text_at(payload, '{"dt.owner"}'), mapping.text_at(payload, '{management_zones,0}'))
        when 'security problem' then mapping.text_at(payload, '{managementZones,0,name}')
        when 'event' then mapping.text_at(payload, '{managementZones,0,name}')
        when 'problem' then coalesce(mapping.tag_at(payload, '{entityTags}', '(?:\[[^]]*\])?(?:team|owner|squad)'), mapping.text_at(payload, '{managementZones,0,name}'))
    end as team,
    case variant
        when 'notification' then coalesce(mapping.tag_at(payload, '{Tags}', '(?:\[[^]]*\])?(?:environment|env|stage)'), mapping.text_at(payload, '{ProblemDetailsJSONv2,managementZones,0,name}'), mapping.text_at(payload, '{ProblemDetailsJSON,managementZones,0,name}'), mapping.text_at(payload, '{ProblemDetails,managementZones,0,name}'))
        when 'problem of a DQL query or workflow' then coalesce(mapping.text_at(payload, '{"deployment.environment"}'), mapping.text_at(payload, '{"k8s.namespace.name",0}'), mapping.text_at(payload, '{"k8s.namespace.name"}'))
        when 'problem' then coalesce(mapping.tag_at(payload, '{entityTags}', '(?:\[[^]]*\])?(?:environment|env|stage)'), mapping.text_at(payload, '{"k8s.namespace.name",0}'), mapping.text_at(payload, '{managementZones,0,name}'))
    end as environment,
    case variant
        when 'notification' then coalesce(mapping.text_at(payload, '{ProblemURL}'), mapping.text_at(payload, '{"Problem URL"}'))
        when 'security problem' then mapping.text_at(payload, '{url}')
        when 'problem' then coalesce(mapping.text_at(payload, '{problemUrl}'), ('https://' || nullif(config ->> 'environment', '') || '.live.dynatrace.com/#problems/problemdetails;pid=' || mapping.text_at(payload, '{problemId}')))
    end as external_url,
    case variant
        when 'notification' then coalesce(coalesce(mapping.epoch_at(payload, '{ProblemDetailsJSONv2,startTime}', 1000), mapping.epoch_at(payload, '{ProblemDetailsJSON,startTime}', 1000), mapping.epoch_at(payload, '{ProblemDetails,startTime}', 1000)), coalesce(mapping.instant_at(payload, '{ProblemDetailsJSONv2,startTime}'), mapping.instant_at(payload, '{ProblemDetailsJSON,startTime}'), mapping.instant_at(payload, '{ProblemDetails,startTime}')))
        when 'problem of a DQL query or workflow' then coalesce(mapping.instant_at(payload, '{"event.start"}'), mapping.instant_at(payload, '{timestamp}'))
        when 'security problem' then mapping.epoch_at(payload, '{firstSeenTimestamp}', 1000)
        when 'event' then mapping.epoch_at(payload, '{startTime}', 1000)
        when 'problem' then mapping.epoch_at(payload, '{startTime}', 1000)
        when 'problem of the API of version 1' then mapping.epoch_at(payload, '{startTime}', 1000)
    end as source_created_at,
    case variant
        when 'notification' then coalesce(coalesce(mapping.epoch_at(payload, '{ProblemDetailsJSONv2,endTime}', 1000), mapping.epoch_at(payload, '{ProblemDetailsJSON,endTime}', 1000), mapping.epoch_at(payload, '{ProblemDetails,endTime}', 1000)), coalesce(mapping.instant_at(payload, '{ProblemDetailsJSONv2,endTime}'), mapping.instant_at(payload, '{ProblemDetailsJSON,endTime}'), mapping.instant_at(payload, '{ProblemDetails,endTime}')))
        when 'problem of a DQL query or workflow' then mapping.instant_at(payload, '{"event.end"}')
        when 'security problem' then coalesce(mapping.epoch_at(payload, '{lastResolvedTimestamp}', 1000), mapping.epoch_at(payload, '{lastUpdatedTimestamp}', 1000))
        when 'event' then mapping.epoch_at(payload, '{endTime}', 1000)
        when 'problem' then mapping.epoch_at(payload, '{endTime}', 1000)
        when 'problem of the API of version 1' then mapping.epoch_at(payload, '{endTime}', 1000)
    end as resolved_at,
    case variant
        when 'notification' then jsonb_strip_nulls(jsonb_build_object('display_id', payload #> '{ProblemID}', 'impact', payload #> '{ProblemImpact}', 'tags', payload #> '{Tags}'))
        when 'problem of a DQL query or workflow' then jsonb_strip_nulls(jsonb_build_object('display_id', payload #> '{display_id}', 'root_cause', payload #> '{root_cause_entity_name}'))
        when 'security problem' then jsonb_strip_nulls(jsonb_build_object('technology', payload #> '{technology}', 'number', payload #> '{displayId}'))
        when 'event' then jsonb_strip_nulls(jsonb_build_object('impact', payload #> '{impactLevel}'))
        when 'problem' then jsonb_strip_nulls(jsonb_build_object('display_id', payload #> '{displayId}', 'impact', payload #> '{impactLevel}', 'root_cause', payload #> '{rootCauseEntity,name}', 'tags', mapping.pluck_at(payload, '{entityTags}', 'stringRepresentation')))
        when 'problem of the API of version 1' then jsonb_strip_nulls(jsonb_build_object('display_id', payload #> '{displayName}', 'impact', payload #> '{impactLevel}'))
        else '{}'::jsonb
    end as attributes
from variants
