{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('octopus_deploy', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('event') and ({{ has_value('Category') }} and {{ has_value('Message') }} and {{ has_value('RelatedDocumentIds') }})) then 'subscription event'
            when (kind in ('deployment') and ({{ has_value('Name') }} and {{ has_value('TaskId') }} and {{ has_value('Task.State') }})) then 'deployment'
            when (kind in ('run') and ({{ has_value('State') }} and ({{ has_value('Description') }} or {{ has_value('QueueTime') }}) and {{ has_value('Name') }})) then 'task'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('octopus_deploy') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'subscription event' then {{ text_at('Message') }} when 'deployment' then coalesce(({{ text_at('ProjectName') }} || ': ' || {{ text_at('Name') }}), {{ text_at('Name') }}) when 'task' then coalesce({{ text_at('Description') }}, {{ text_at('Name') }}) end as title,
    case variant when 'subscription event' then coalesce({{ text_at('Comments') }}, {{ plain_text_at('Details') }}) when 'deployment' then coalesce({{ text_at('Task.ErrorMessage') }}, {{ text_at('ChangesMarkdown') }}, {{ text_at('Comments') }}) when 'task' then {{ text_at('ErrorMessage') }} end as body,
    case variant when 'subscription event' then {{ text_at('Category') }} when 'deployment' then {{ text_at('Task.State') }} when 'task' then {{ text_at('State') }} end as severity_value,
    case variant when 'subscription event' then {{ text_at('Category') }} when 'deployment' then {{ text_at('Task.State') }} when 'task' then {{ text_at('State') }} end as status_value,
    case variant when 'subscription event' then coalesce(nullif(substring({{ text_at('Message') }} from 'for (?:project )?(.+?)[ ,]+release'), ''), nullif(substring({{ text_at('Message') }} from '[Dd]eploy (.+) release '), '')) when 'deployment' then coalesce({{ text_at('ProjectName') }}, {{ text_at('ProjectId') }}) when 'task' then coalesce({{ text_at('ProjectName') }}, nullif(substring({{ text_at('Description') }} from '(?:Deploy|Redeploy|Run .+ runbook for|Run) (.+) release '), '')) end as service,
    case variant when 'subscription event' then {{ text_at('Category') }} when 'deployment' then 'deployment_failed' when 'task' then coalesce({{ text_at('Name') }}, 'deployment_failed') end as error_type,
    case variant when 'subscription event' then {{ text_at('SpaceId') }} when 'deployment' then coalesce({{ text_at('SpaceName') }}, {{ text_at('SpaceId') }}) when 'task' then coalesce({{ text_at('SpaceName') }}, {{ text_at('SpaceId') }}) end as team,
    case variant when 'subscription event' then nullif(substring({{ text_at('Message') }} from ' to ([^,]+?)(?: failed| succeeded| for .*|)$'), '') when 'deployment' then coalesce({{ text_at('EnvironmentName') }}, {{ text_at('EnvironmentId') }}) when 'task' then coalesce({{ text_at('EnvironmentName') }}, nullif(substring({{ text_at('Description') }} from ' to (.+)$'), '')) end as environment,
    case variant when 'subscription event' then {{ text_at('ServerUri') }} when 'deployment' then (nullif(config ->> 'base_url', '') || {{ text_at('Links.Web') }}) when 'task' then (nullif(config ->> 'base_url', '') || {{ text_at('Links.Web') }}) end as external_url,
    case variant when 'subscription event' then {{ instant_at('Occurred') }} when 'deployment' then coalesce({{ instant_at('Task.StartTime') }}, {{ instant_at('Created') }}) when 'task' then coalesce({{ instant_at('StartTime') }}, {{ instant_at('QueueTime') }}) end as source_created_at,
    case variant when 'subscription event' then {{ instant_at('Occurred') }} when 'deployment' then {{ instant_at('Task.CompletedTime') }} when 'task' then coalesce({{ instant_at('CompletedTime') }}, {{ instant_at('LastUpdatedTime') }}) end as resolved_at,
    case variant when 'subscription event' then jsonb_strip_nulls(jsonb_build_object('event', {{ value_at('Id') }}, 'documents', {{ value_at('RelatedDocumentIds') }})) when 'deployment' then jsonb_strip_nulls(jsonb_build_object('task', {{ value_at('TaskId') }}, 'release', {{ value_at('ReleaseId') }})) when 'task' then jsonb_strip_nulls(jsonb_build_object('task', {{ value_at('Id') }}, 'deployment', {{ value_at('Arguments.DeploymentId') }}, 'server', {{ value_at('ServerNode') }})) else '{}'::jsonb end as attributes
from variants
