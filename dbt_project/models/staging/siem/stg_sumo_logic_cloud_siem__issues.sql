{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('sumo_logic_cloud_siem', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('name') }} and ({{ has_value('readableId') }} or {{ has_value('status.name') }} or {{ has_value('resolution') }})) then 'insight'
            when ({{ has_value('name') }} and ({{ has_value('ruleId') }} or {{ has_value('stage') }})) then 'signal'
        end as variant
    from records

)

select
    {{ record_columns('sumo_logic_cloud_siem') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'insight' then {{ text_at('name') }} when 'signal' then {{ text_at('name') }} end as title,
    case variant when 'insight' then {{ text_at('description') }} when 'signal' then coalesce({{ text_at('summary') }}, {{ text_at('description') }}) end as body,
    case variant when 'insight' then {{ text_at('severity') }} when 'signal' then ('level ' || {{ text_at('severity') }}) end as severity_value,
    case variant when 'insight' then coalesce({{ text_at('status.name') }}, {{ text_at('status') }}) end as status_value,
    case variant when 'insight' then coalesce({{ text_at('entity.hostname') }}, {{ text_at('entity.name') }}, {{ text_at('entity.value') }}) when 'signal' then coalesce({{ text_at('entity.hostname') }}, {{ text_at('entity.name') }}, {{ text_at('entity.value') }}) end as service,
    case variant when 'insight' then coalesce({{ text_at('signals.0.ruleId') }}, {{ text_at('signals.0.stage') }}) when 'signal' then coalesce({{ text_at('ruleId') }}, {{ text_at('stage') }}) end as error_type,
    case variant when 'insight' then coalesce({{ text_at('teamAssignedTo') }}, {{ text_at('assignee.displayName') }}, {{ text_at('assignedTo') }}) end as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'insight' then coalesce({{ instant_at('created') }}, {{ instant_at('timestamp') }}) when 'signal' then coalesce({{ instant_at('timestamp') }}, {{ instant_at('created') }}) end as source_created_at,
    case variant when 'insight' then coalesce({{ instant_at('closed') }}, {{ instant_at('lastUpdated') }}) end as resolved_at,
    case variant when 'insight' then jsonb_strip_nulls(jsonb_build_object('readable_id', {{ value_at('readableId') }}, 'confidence', {{ value_at('confidence') }}, 'resolution', {{ value_at('resolution') }}, 'tags', {{ value_at('tags') }})) when 'signal' then jsonb_strip_nulls(jsonb_build_object('stage', {{ value_at('stage') }}, 'rule', {{ value_at('ruleId') }}, 'suppressed', {{ value_at('suppressed') }}, 'tags', {{ value_at('tags') }})) else '{}'::jsonb end as attributes
from variants
