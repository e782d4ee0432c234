{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('opsgenie', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('message') }} and {{ has_value('action') }}) then 'webhook'
            when ({{ has_value('message') }} and {{ has_value('createdAt') }} and {{ has_value('status') }}) then 'alert or incident'
        end as variant
    from records

)

select
    {{ record_columns('opsgenie') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'webhook' then {{ text_at('message') }} when 'alert or incident' then {{ text_at('message') }} end as title,
    case variant when 'webhook' then nullif({{ text_at('description') }}, {{ text_at('message') }}) when 'alert or incident' then nullif({{ text_at('description') }}, {{ text_at('message') }}) end as body,
    case variant when 'webhook' then {{ text_at('priority') }} when 'alert or incident' then {{ text_at('priority') }} end as severity_value,
    case variant when 'webhook' then case when coalesce(lower({{ text_at('action') }}) in ('create', 'acknowledge', 'unacknowledge', 'close', 'delete', 'snooze', 'snoozeended'), false) then {{ text_at('action') }} else null::text end when 'alert or incident' then case when (coalesce(lower({{ text_at('status') }}) in ('open'), false) and coalesce(lower({{ text_at('acknowledged') }}) in ('true'), false)) then 'acknowledged' else {{ text_at('status') }} end end as status_value,
    case variant when 'webhook' then coalesce({{ text_at('details.service') }}, {{ text_at('extraProperties.service') }}, {{ tag_at('tags', 'service|svc') }}, {{ text_at('impactedServices.0') }}) when 'alert or incident' then coalesce({{ text_at('details.service') }}, {{ text_at('extraProperties.service') }}, {{ tag_at('tags', 'service|svc') }}, {{ text_at('impactedServices.0') }}) end as service,
    case variant when 'webhook' then coalesce({{ text_at('details.error_type') }}, {{ text_at('details.errorType') }}) when 'alert or incident' then coalesce({{ text_at('details.error_type') }}, {{ text_at('details.errorType') }}) end as error_type,
    case variant when 'webhook' then coalesce({{ text_at('ownerTeam.name') }}, {{ text_at('ownerTeam') }}, {{ text_at('team') }}, {{ text_at('teams.0.name') }}, {{ text_at('teams.0') }}, {{ element_at('responders', 'type', 'team', 'name') }}, {{ tag_at('tags', 'team') }}) when 'alert or incident' then coalesce({{ text_at('ownerTeam.name') }}, {{ text_at('ownerTeam') }}, {{ text_at('team') }}, {{ text_at('teams.0.name') }}, {{ text_at('teams.0') }}, {{ element_at('responders', 'type', 'team', 'name') }}, {{ tag_at('tags', 'team') }}) end as team,
    case variant when 'webhook' then coalesce({{ text_at('details.environment') }}, {{ text_at('details.env') }}, {{ text_at('extraProperties.environment') }}, {{ tag_at('tags', 'env|environment') }}) when 'alert or incident' then coalesce({{ text_at('details.environment') }}, {{ text_at('details.env') }}, {{ text_at('extraProperties.environment') }}, {{ tag_at('tags', 'env|environment') }}) end as environment,
    case variant when 'webhook' then coalesce({{ text_at('links.web') }}, {{ text_at('details.url') }}) when 'alert or incident' then coalesce({{ text_at('links.web') }}, {{ text_at('details.url') }}) end as external_url,
    case variant when 'webhook' then {{ milliseconds_at('createdAt') }} when 'alert or incident' then coalesce({{ instant_at('createdAt') }}, {{ milliseconds_at('createdAt') }}) end as source_created_at,
    case variant when 'webhook' then {{ nanoseconds_at('updatedAt') }} when 'alert or incident' then coalesce({{ instant_at('impactEndDate') }}, {{ instant_at('closedAt') }}, {{ instant_at('updatedAt') }}) end as resolved_at,
    case variant when 'webhook' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('tinyId') }}, 'alias', {{ value_at('alias') }}, 'tags', {{ value_at('tags') }}, 'entity', {{ value_at('entity') }}, 'origin', {{ value_at('source') }}, 'integration', coalesce(nullif({{ value_at('integration.name') }}, 'null'), nullif({{ value_at('integration_name') }}, 'null')))) when 'alert or incident' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('tinyId') }}, 'alias', {{ value_at('alias') }}, 'tags', {{ value_at('tags') }}, 'entity', {{ value_at('entity') }}, 'origin', {{ value_at('source') }}, 'integration', coalesce(nullif({{ value_at('integration.name') }}, 'null'), nullif({{ value_at('integration_name') }}, 'null')))) else '{}'::jsonb end as attributes
from variants
