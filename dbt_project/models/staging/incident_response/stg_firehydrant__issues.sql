{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('firehydrant', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (kind in ('record') and ({{ has_value('name') }} and ({{ has_value('current_milestone') }} or {{ has_value('milestones') }}))) then 'incident'
            when (kind in ('alert') and ({{ has_value('summary') }} and {{ has_value('status') }} and ({{ has_value('integration') }} or {{ has_value('signal_id') }} or {{ has_value('starts_at') }}))) then 'alert'
        end as variant
    from records

)

select
    {{ record_columns('firehydrant') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'incident' then {{ text_at('name') }} when 'alert' then {{ text_at('summary') }} end as title,
    case variant when 'incident' then coalesce(nullif({{ text_at('description') }}, {{ text_at('name') }}), {{ text_at('summary') }}, {{ text_at('customer_impact_summary') }}, {{ text_at('last_note.body') }}) when 'alert' then nullif({{ text_at('description') }}, {{ text_at('summary') }}) end as body,
    case variant when 'incident' then case when coalesce(lower(coalesce({{ text_at('severity.slug') }}, {{ text_at('severity') }})) in ('unset', ''), false) then coalesce({{ text_at('priority.slug') }}, {{ text_at('priority') }}, {{ text_at('severity') }}) else coalesce({{ text_at('severity.slug') }}, {{ text_at('severity') }}, {{ text_at('priority.slug') }}, {{ text_at('priority') }}) end when 'alert' then coalesce({{ text_at('priority') }}, {{ text_at('level') }}, {{ tag_at('labels', 'severity|priority') }}) end as severity_value,
    case variant when 'incident' then coalesce({{ text_at('current_milestone') }}, {{ text_at('milestones.-1.type') }}) when 'alert' then {{ text_at('status') }} end as status_value,
    case variant when 'incident' then coalesce({{ text_at('services.0.name') }}, {{ text_at('functionalities.0.name') }}, {{ text_at('impacts.0.impact.name') }}) when 'alert' then coalesce({{ text_at('services.0.name') }}, {{ tag_at('labels', 'service') }}, {{ text_at('integration_name') }}) end as service,
    case variant when 'incident' then {{ text_at('incident_type.name') }} end as error_type,
    case variant when 'incident' then coalesce({{ text_at('team_assignments.0.team.name') }}, {{ text_at('teams.0.name') }}, {{ tag_at('labels', 'team') }}) when 'alert' then coalesce({{ text_at('team_name') }}, {{ text_at('signal_rule.team_id') }}, {{ tag_at('labels', 'team') }}) end as team,
    case variant when 'incident' then coalesce({{ text_at('environments.0.name') }}, {{ tag_at('labels', 'env|environment') }}) when 'alert' then coalesce({{ text_at('environments.0.name') }}, {{ tag_at('labels', 'env|environment') }}) end as environment,
    case variant when 'incident' then coalesce({{ text_at('incident_url') }}, {{ text_at('private_status_page_url') }}) when 'alert' then coalesce({{ text_at('remote_url') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'incident' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}) when 'alert' then coalesce({{ instant_at('starts_at') }}, {{ instant_at('created_at') }}) end as source_created_at,
    case variant when 'incident' then coalesce({{ instant_at('resolved_at') }}, {{ instant_at('milestones.-1.occurred_at') }}, {{ instant_at('updated_at') }}) when 'alert' then coalesce({{ instant_at('ends_at') }}, {{ instant_at('updated_at') }}) end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('number', {{ value_at('number') }}, 'tags', {{ value_at('tag_list') }}, 'labels', {{ value_at('labels') }}, 'customers_impacted', {{ value_at('customers_impacted') }})) when 'alert' then jsonb_strip_nulls(jsonb_build_object('tags', {{ value_at('tags') }}, 'integration', {{ value_at('integration') }})) else '{}'::jsonb end as attributes
from variants
