{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('sonarqube', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when {{ has_value('vulnerabilityProbability') }} then 'security hotspot'
            when ({{ has_value('key') }} and {{ has_value('message') }} and ({{ has_value('rule') }} or {{ has_value('type') }} or {{ has_value('impacts') }})) then 'issue'
            when {{ has_value('qualityGate.status') }} then 'quality gate of an analysis'
            when ({{ has_value('taskId') }} and coalesce(lower({{ text_at('status') }}) in ('failed', 'canceled'), false)) then 'failed analysis'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('sonarqube') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'security hotspot' then {{ text_at('message') }} when 'issue' then {{ text_at('message') }} when 'quality gate of an analysis' then nullif(concat_ws(' ', 'Quality gate of', coalesce({{ text_at('project.name') }}, {{ text_at('project.key') }}), {{ text_at('qualityGate.status') }}), '') when 'failed analysis' then nullif(concat_ws(' ', 'Analysis of', coalesce({{ text_at('project.name') }}, {{ text_at('project.key') }}), {{ text_at('status') }}), '') end as title,
    case variant when 'security hotspot' then {{ text_at('securityCategory') }} when 'issue' then nullif(concat_ws(' · ', {{ text_at('rule') }}, {{ text_at('component') }}), '') when 'quality gate of an analysis' then nullif(concat_ws(' ', {{ text_at('qualityGate.conditions.0.metric') }}, {{ text_at('qualityGate.conditions.0.value') }}, {{ text_at('qualityGate.conditions.0.errorThreshold') }}), '') end as body,
    case variant when 'security hotspot' then {{ text_at('vulnerabilityProbability') }} when 'issue' then coalesce({{ text_at('severity') }}, {{ text_at('impacts.0.severity') }}) when 'quality gate of an analysis' then ('gate ' || {{ text_at('qualityGate.status') }}) when 'failed analysis' then 'error' end as severity_value,
    case variant when 'security hotspot' then coalesce({{ text_at('resolution') }}, {{ text_at('status') }}) when 'issue' then coalesce({{ text_at('resolution') }}, {{ text_at('issueStatus') }}, {{ text_at('status') }}) when 'quality gate of an analysis' then ('gate ' || {{ text_at('qualityGate.status') }}) when 'failed analysis' then {{ text_at('status') }} end as status_value,
    case variant when 'security hotspot' then coalesce({{ text_at('project.name') }}, {{ text_at('project.key') }}, {{ text_at('project') }}) when 'issue' then coalesce({{ text_at('projectName') }}, {{ text_at('project') }}) when 'quality gate of an analysis' then coalesce({{ text_at('project.name') }}, {{ text_at('project.key') }}) when 'failed analysis' then coalesce({{ text_at('project.name') }}, {{ text_at('project.key') }}) end as service,
    case variant when 'security hotspot' then coalesce({{ text_at('ruleKey') }}, {{ text_at('securityCategory') }}) when 'issue' then coalesce({{ text_at('rule') }}, {{ text_at('type') }}) when 'quality gate of an analysis' then coalesce(nullif(substring({{ text_at('qualityGate.conditions.0.metric') }} from '.+'), ''), {{ text_at('qualityGate.name') }}) end as error_type,
    case variant when 'security hotspot' then {{ text_at('assignee') }} when 'issue' then {{ text_at('assignee') }} end as team,
    case variant when 'issue' then {{ text_at('branch') }} when 'quality gate of an analysis' then {{ text_at('branch.name') }} when 'failed analysis' then {{ text_at('branch.name') }} end as environment,
    case variant when 'security hotspot' then (nullif(config ->> 'base_url', '') || '/security_hotspots?id=' || {{ text_at('project') }} || '&hotspots=' || {{ text_at('key') }}) when 'issue' then (nullif(config ->> 'base_url', '') || '/project/issues?id=' || {{ text_at('project') }} || '&open=' || {{ text_at('key') }}) when 'quality gate of an analysis' then coalesce({{ text_at('branch.url') }}, {{ text_at('project.url') }}, {{ text_at('serverUrl') }}) when 'failed analysis' then coalesce({{ text_at('project.url') }}, {{ text_at('serverUrl') }}) end as external_url,
    case variant when 'security hotspot' then {{ instant_at('creationDate') }} when 'issue' then {{ instant_at('creationDate') }} when 'quality gate of an analysis' then coalesce({{ instant_at('analysedAt') }}, {{ instant_at('changedAt') }}) when 'failed analysis' then coalesce({{ instant_at('analysedAt') }}, {{ instant_at('changedAt') }}) end as source_created_at,
    case variant when 'security hotspot' then {{ instant_at('updateDate') }} when 'issue' then coalesce({{ instant_at('closeDate') }}, {{ instant_at('updateDate') }}) when 'quality gate of an analysis' then coalesce({{ instant_at('analysedAt') }}, {{ instant_at('changedAt') }}) end as resolved_at,
    case variant when 'security hotspot' then jsonb_strip_nulls(jsonb_build_object('component', {{ value_at('component') }}, 'line', {{ value_at('line') }}, 'author', {{ value_at('author') }})) when 'issue' then jsonb_strip_nulls(jsonb_build_object('type', {{ value_at('type') }}, 'component', {{ value_at('component') }}, 'line', {{ value_at('line') }}, 'effort', {{ value_at('effort') }}, 'author', {{ value_at('author') }}, 'tags', {{ value_at('tags') }})) when 'quality gate of an analysis' then jsonb_strip_nulls(jsonb_build_object('revision', {{ value_at('revision') }}, 'conditions', {{ value_at('qualityGate.conditions') }})) else '{}'::jsonb end as attributes
from variants
