{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('bugsnag', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('error.exceptionClass') }} and {{ has_value('trigger') }}) then 'webhook'
            when ({{ has_value('error_class') }} and ({{ has_value('status') }} or {{ has_value('last_seen') }})) then 'error'
        end as variant
    from records

)

select
    {{ record_columns('bugsnag') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then coalesce(({{ text_at('error.exceptionClass') }} || ': ' || {{ text_at('error.message') }}), {{ text_at('error.exceptionClass') }}) when 'error' then coalesce(({{ text_at('error_class') }} || ': ' || {{ text_at('message') }}), {{ text_at('error_class') }}) end as title,
    case variant when 'webhook' then coalesce({{ text_at('error.message') }}, {{ text_at('trigger.message') }}) when 'error' then nullif(coalesce({{ text_at('message') }}, {{ text_at('context') }}), {{ text_at('error_class') }}) end as body,
    case variant when 'webhook' then {{ text_at('error.severity') }} when 'error' then coalesce({{ text_at('overridden_severity') }}, {{ text_at('severity') }}, {{ text_at('original_severity') }}) end as severity_value,
    case variant when 'webhook' then coalesce({{ text_at('error.status') }}, {{ text_at('trigger.stateChange') }}, 'open') when 'error' then {{ text_at('status') }} end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('project.name') }}, {{ text_at('project.id') }}) when 'error' then coalesce({{ text_at('project_name') }}, {{ text_at('project.name') }}, {{ text_at('project_id') }}) end as service,
    case variant when 'webhook' then {{ text_at('error.exceptionClass') }} when 'error' then {{ text_at('error_class') }} end as error_type,
    case variant when 'webhook' then {{ text_at('error.assignedCollaborator.name') }} when 'error' then coalesce({{ text_at('assigned_team_id') }}, {{ text_at('assigned_collaborator_id') }}) end as team,
    case variant when 'webhook' then coalesce({{ text_at('error.app.releaseStage') }}, {{ text_at('error.releaseStage') }}) when 'error' then {{ text_at('release_stages.0') }} end as environment,
    case variant when 'webhook' then {{ text_at('error.url') }} when 'error' then coalesce({{ text_at('dashboard_url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'webhook' then coalesce({{ instant_at('error.firstReceived') }}, {{ instant_at('error.receivedAt') }}) when 'error' then coalesce({{ instant_at('first_seen') }}, {{ instant_at('first_seen_unfiltered') }}) end as source_created_at,
    case variant when 'webhook' then {{ instant_at('error.receivedAt') }} when 'error' then coalesce({{ instant_at('last_seen') }}, {{ instant_at('last_seen_unfiltered') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('context', {{ value_at('error.context') }}, 'version', {{ value_at('error.app.version') }}, 'trigger', {{ value_at('trigger.type') }}, 'unhandled', {{ value_at('error.unhandled') }})) when 'error' then jsonb_strip_nulls(jsonb_build_object('context', {{ value_at('context') }}, 'events', {{ value_at('events') }}, 'users', {{ value_at('users') }})) else '{}'::jsonb end as attributes
from variants
