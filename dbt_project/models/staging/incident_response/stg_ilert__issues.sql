{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('ilert', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        records.*, connector.config,
        case
            when (kind in ('record') and ({{ has_value('summary') }} and {{ has_value('status') }} and ({{ has_value('reportTime') }} or {{ has_value('alertSource') }}))) then 'alert'
            when (kind in ('incident') and ({{ has_value('summary') }} and {{ has_value('status') }} and ({{ has_value('affectedServices') }} or {{ has_value('createdAt') }}))) then 'incident'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    {{ record_columns('ilert') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'alert' then {{ text_at('summary') }} when 'incident' then {{ text_at('summary') }} end as title,
    case variant when 'alert' then nullif({{ text_at('details') }}, {{ text_at('summary') }}) when 'incident' then {{ text_at('message') }} end as body,
    case variant when 'alert' then coalesce({{ text_at('severity') }}, {{ text_at('priority') }}) when 'incident' then coalesce({{ text_at('affectedServices.0.impact') }}, {{ text_at('severity') }}) end as severity_value,
    case variant when 'alert' then {{ text_at('status') }} when 'incident' then {{ text_at('status') }} end as status_value,
    case variant when 'alert' then coalesce({{ text_at('services.0.name') }}, {{ text_at('affectedServices.0.service.name') }}, {{ text_at('labels.service') }}, {{ text_at('customDetails.service') }}, {{ text_at('alertSource.name') }}) when 'incident' then {{ text_at('affectedServices.0.service.name') }} end as service,
    case variant when 'alert' then coalesce({{ text_at('labels.error_type') }}, {{ text_at('customDetails.error_type') }}) end as error_type,
    case variant when 'alert' then coalesce({{ text_at('alertSource.teams.0.name') }}, {{ text_at('escalationPolicy.teams.0.name') }}, {{ text_at('labels.team') }}, {{ text_at('escalationPolicy.name') }}) when 'incident' then coalesce({{ text_at('affectedTeams.0.name') }}, {{ text_at('teams.0.name') }}) end as team,
    case variant when 'alert' then coalesce({{ text_at('labels.environment') }}, {{ text_at('labels.env') }}, {{ text_at('customDetails.environment') }}, {{ tag_at('tags', 'env|environment') }}) end as environment,
    case variant when 'alert' then coalesce({{ text_at('alertUrl') }}, {{ text_at('url') }}, ('https://' || nullif(config ->> 'account', '') || '.ilert.com/alert/view.jsf?id=' || {{ text_at('id') }}), {{ text_at('links.0.href') }}) when 'incident' then coalesce({{ text_at('url') }}, ('https://' || nullif(config ->> 'account', '') || '.ilert.com/incident/view.jsf?id=' || {{ text_at('id') }})) end as external_url,
    case variant when 'alert' then {{ instant_at('reportTime') }} when 'incident' then {{ instant_at('createdAt') }} end as source_created_at,
    case variant when 'alert' then coalesce({{ instant_at('resolvedOn') }}, {{ instant_at('updatedAt') }}) when 'incident' then coalesce({{ instant_at('resolvedOn') }}, {{ instant_at('updatedAt') }}) end as resolved_at,
    case variant when 'alert' then jsonb_strip_nulls(jsonb_build_object('alert_key', {{ value_at('alertKey') }}, 'alert_source', {{ value_at('alertSource.name') }}, 'labels', {{ value_at('labels') }})) else '{}'::jsonb end as attributes
from variants
