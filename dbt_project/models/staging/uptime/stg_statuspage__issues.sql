{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('statuspage', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('new_status') }} and {{ has_value('component_id') }}) then 'component update'
            when ({{ has_value('id') }} and ({{ has_value('name') }} or {{ has_value('title') }}) and ({{ has_value('impact') }} or {{ has_value('status') }} or {{ has_value('incident_updates') }})) then 'incident'
        end as variant
    from records

)

select
    {{ record_columns('statuspage') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'component update' then coalesce(({{ text_at('component_name') }} || ': ' || {{ text_at('new_status') }}), ('Component ' || {{ text_at('component_id') }} || ': ' || {{ text_at('new_status') }})) when 'incident' then coalesce({{ text_at('name') }}, {{ text_at('title') }}) end as title,
    case variant when 'incident' then coalesce({{ plain_text_at('incident_updates.0.body') }}, {{ plain_text_at('updates.0.message') }}, {{ text_at('postmortem_body') }}) end as body,
    case variant when 'component update' then {{ text_at('new_status') }} when 'incident' then coalesce({{ text_at('impact_override') }}, {{ text_at('impact') }}) end as severity_value,
    case variant when 'component update' then {{ text_at('new_status') }} when 'incident' then coalesce({{ text_at('status') }}, {{ text_at('status_sequence.-1') }}) end as status_value,
    case variant when 'component update' then coalesce({{ text_at('component_name') }}, {{ text_at('component_id') }}) when 'incident' then coalesce({{ text_at('components.0.name') }}, {{ text_at('incident_updates.0.affected_components.0.name') }}, {{ text_at('components.0') }}, {{ text_at('page_name') }}) end as service,
    case variant when 'incident' then {{ text_at('incident_type') }} end as error_type,
    case variant when 'incident' then coalesce({{ text_at('page.name') }}, {{ text_at('page_name') }}, {{ text_at('page_id') }}) end as team,
    null::text as environment,
    case variant when 'incident' then coalesce({{ text_at('shortlink') }}, {{ text_at('url') }}) end as external_url,
    case variant when 'component update' then {{ instant_at('created_at') }} when 'incident' then coalesce({{ instant_at('started_at') }}, {{ instant_at('created_at') }}, {{ instant_at('published_at') }}) end as source_created_at,
    case variant when 'component update' then {{ instant_at('created_at') }} when 'incident' then coalesce({{ instant_at('resolved_at') }}, {{ instant_at('updated_at') }}) end as resolved_at,
    case variant when 'incident' then jsonb_strip_nulls(jsonb_build_object('components', {{ value_at('components') }}, 'page', coalesce(nullif({{ value_at('page_id') }}, 'null'), nullif({{ value_at('page.id') }}, 'null')), 'scheduled_for', {{ value_at('scheduled_for') }})) else '{}'::jsonb end as attributes
from variants
