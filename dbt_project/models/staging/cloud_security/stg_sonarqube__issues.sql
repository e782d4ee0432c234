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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'sonarqube'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'sonarqube') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'sonarqube' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when mapping.has_value(payload, '{vulnerabilityProbability}') then 'security hotspot'
            when (mapping.has_value(payload, '{key}') and mapping.has_value(payload, '{message}') and (mapping.has_value(payload, '{rule}') or mapping.has_value(payload, '{type}') or mapping.has_value(payload, '{impacts}'))) then 'issue'
            when mapping.has_value(payload, '{qualityGate,status}') then 'quality gate of an analysis'
            when (mapping.has_value(payload, '{taskId}') and coalesce(lower(mapping.text_at(payload, '{status}')) in ('failed', 'canceled'), false)) then 'failed analysis'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'sonarqube'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'security hotspot' then mapping.text_at(payload, '{message}')
        when 'issue' then mapping.text_at(payload, '{message}')
        when 'quality gate of an analysis' then nullif(concat_ws(' ', 'Quality gate of', coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project,key}')), mapping.text_at(payload, '{qualityGate,status}')), '')
        when 'failed analysis' then nullif(concat_ws(' ', 'Analysis of', coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project,key}')), mapping.text_at(payload, '{status}')), '')
    end as title,
    case variant
        when 'security hotspot' then mapping.text_at(payload, '{securityCategory}')
        when 'issue' then nullif(concat_ws(' · ', mapping.text_at(payload, '{rule}'), mapping.text_at(payload, '{component}')), '')
        when 'quality gate of an analysis' then nullif(concat_ws(' ', mapping.element_at(payload, '{qualityGate,conditions}', '{status}', 'ERROR', '{metric}'), mapping.element_at(payload, '{qualityGate,conditions}', '{status}', 'ERROR', '{value}'), mapping.element_at(payload, '{qualityGate,conditions}', '{status}', 'ERROR', '{errorThreshold}')), '')
    end as body,
    case variant
        when 'security hotspot' then mapping.text_at(payload, '{vulnerabilityProbability}')
        when 'issue' then coalesce(mapping.text_at(payload, '{severity}'), mapping.text_at(payload, '{impacts,0,severity}'))
        when 'quality gate of an analysis' then ('gate ' || mapping.text_at(payload, '{qualityGate,status}'))
        when 'failed analysis' then 'error'
    end as severity_value,
    case variant
        when 'security hotspot' then coalesce(mapping.text_at(payload, '{resolution}'), mapping.text_at(payload, '{status}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{resolution}'), mapping.text_at(payload, '{issueStatus}'), mapping.text_at(payload, '{status}'))
        when 'quality gate of an analysis' then ('gate ' || mapping.text_at(payload, '{qualityGate,status}'))
        when 'failed analysis' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'security hotspot' then coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project,key}'), mapping.text_at(payload, '{project}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{projectName}'), mapping.text_at(payload, '{project}'))
        when 'quality gate of an analysis' then coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project,key}'))
        when 'failed analysis' then coalesce(mapping.text_at(payload, '{project,name}'), mapping.text_at(payload, '{project,key}'))
    end as service,
    case variant
        when 'security hotspot' then coalesce(mapping.text_at(payload, '{ruleKey}'), mapping.text_at(payload, '{securityCategory}'))
        when 'issue' then coalesce(mapping.text_at(payload, '{rule}'), mapping.text_at(payload, '{type}'))
        when 'quality gate of an analysis' then coalesce(mapping.element_at(payload, '{qualityGate,conditions}', '{status}', 'ERROR', '{metric}'), mapping.text_at(payload, '{qualityGate,name}'))
    end as error_type,
    case variant
        when 'security hotspot' then mapping.text_at(payload, '{assignee}')
        when 'issue' then mapping.text_at(payload, '{assignee}')
    end as team,
    case variant
        when 'issue' then mapping.text_at(payload, '{branch}')
        when 'quality gate of an analysis' then mapping.text_at(payload, '{branch,name}')
        when 'failed analysis' then mapping.text_at(payload, '{branch,name}')
    end as environment,
    case variant
        when 'security hotspot' then (nullif(config ->> 'base_url', '') || '/security_hotspots?id=' || mapping.text_at(payload, '{project}') || '&hotspots=' || mapping.text_at(payload, '{key}'))
        when 'issue' then (nullif(config ->> 'base_url', '') || '/project/issues?id=' || mapping.text_at(payload, '{project}') || '&open=' || mapping.text_at(payload, '{key}'))
        when 'quality gate of an analysis' then coalesce(mapping.text_at(payload, '{branch,url}'), mapping.text_at(payload, '{project,url}'), mapping.text_at(payload, '{serverUrl}'))
        when 'failed analysis' then coalesce(mapping.text_at(payload, '{project,url}'), mapping.text_at(payload, '{serverUrl}'))
    end as external_url,
    case variant
        when 'security hotspot' then mapping.instant_at(payload, '{creationDate}')
        when 'issue' then mapping.instant_at(payload, '{creationDate}')
        when 'quality gate of an analysis' then coalesce(mapping.instant_at(payload, '{analysedAt}'), mapping.instant_at(payload, '{changedAt}'))
        when 'failed analysis' then coalesce(mapping.instant_at(payload, '{analysedAt}'), mapping.instant_at(payload, '{changedAt}'))
    end as source_created_at,
    case variant
        when 'security hotspot' then mapping.instant_at(payload, '{updateDate}')
        when 'issue' then coalesce(mapping.instant_at(payload, '{closeDate}'), mapping.instant_at(payload, '{updateDate}'))
        when 'quality gate of an analysis' then coalesce(mapping.instant_at(payload, '{analysedAt}'), mapping.instant_at(payload, '{changedAt}'))
    end as resolved_at,
    case variant
        when 'security hotspot' then jsonb_strip_nulls(jsonb_build_object('component', payload #> '{component}', 'line', payload #> '{line}', 'author', payload #> '{author}'))
        when 'issue' then jsonb_strip_nulls(jsonb_build_object('type', payload #> '{type}', 'component', payload #> '{component}', 'line', payload #> '{line}', 'effort', payload #> '{effort}', 'author', payload #> '{author}', 'tags', payload #> '{tags}'))
        when 'quality gate of an analysis' then jsonb_strip_nulls(jsonb_build_object('revision', payload #> '{revision}', 'conditions', payload #> '{qualityGate,conditions}'))
        else '{}'::jsonb
    end as attributes
from variants
