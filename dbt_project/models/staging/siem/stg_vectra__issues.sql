{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('vectra', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when (({{ has_value('detection_type') }} or {{ has_value('detection') }}) and {{ has_value('first_timestamp') }}) then 'detection'
            when ({{ has_value('detection_id') }} and {{ has_value('event_timestamp') }}) then 'event of a detection'
            when ({{ has_value('name') }} and ({{ has_value('urgency_score') }} or {{ has_value('attack_rating') }} or {{ has_value('is_prioritized') }})) then 'entity'
        end as variant
    from records

)

select
    {{ record_columns('vectra') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'detection' then coalesce({{ text_at('detection') }}, {{ text_at('detection_type') }}) when 'event of a detection' then coalesce({{ text_at('d_type_vname') }}, {{ text_at('detection_type') }}) when 'entity' then {{ text_at('name') }} end as title,
    case variant when 'detection' then coalesce({{ text_at('summary.description') }}, {{ text_at('description') }}) end as body,
    case variant when 'detection' then case when case when coalesce({{ text_at('threat') }}, {{ text_at('t_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threat') }}, {{ text_at('t_score') }}))::numeric end >= 75 then 'critical' when case when coalesce({{ text_at('threat') }}, {{ text_at('t_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threat') }}, {{ text_at('t_score') }}))::numeric end >= 50 then 'high' when case when coalesce({{ text_at('threat') }}, {{ text_at('t_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threat') }}, {{ text_at('t_score') }}))::numeric end >= 25 then 'medium' when case when coalesce({{ text_at('threat') }}, {{ text_at('t_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threat') }}, {{ text_at('t_score') }}))::numeric end >= 0 then 'low' end when 'event of a detection' then coalesce(case when case when coalesce({{ text_at('threat') }}, {{ text_at('urgency_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threat') }}, {{ text_at('urgency_score') }}))::numeric end >= 75 then 'critical' when case when coalesce({{ text_at('threat') }}, {{ text_at('urgency_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threat') }}, {{ text_at('urgency_score') }}))::numeric end >= 50 then 'high' when case when coalesce({{ text_at('threat') }}, {{ text_at('urgency_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threat') }}, {{ text_at('urgency_score') }}))::numeric end >= 25 then 'medium' when case when coalesce({{ text_at('threat') }}, {{ text_at('urgency_score') }}) ~ '^-?\d{1,19}(\.\d+)?$' then (coalesce({{ text_at('threat') }}, {{ text_at('urgency_score') }}))::numeric end >= 0 then 'low' end, {{ text_at('severity') }}) when 'entity' then coalesce(case when case when {{ text_at('urgency_score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('urgency_score') }})::numeric end >= 75 then 'critical' when case when {{ text_at('urgency_score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('urgency_score') }})::numeric end >= 50 then 'high' when case when {{ text_at('urgency_score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('urgency_score') }})::numeric end >= 25 then 'medium' when case when {{ text_at('urgency_score') }} ~ '^-?\d{1,19}(\.\d+)?$' then ({{ text_at('urgency_score') }})::numeric end >= 0 then 'low' end, {{ text_at('severity') }}) end as severity_value,
    case variant when 'detection' then {{ text_at('state') }} when 'event of a detection' then case when coalesce(lower({{ text_at('triaged') }}) in ('true'), false) then 'triaged' else 'active' end when 'entity' then {{ text_at('state') }} end as status_value,
    case variant when 'detection' then coalesce({{ text_at('src_host.name') }}, {{ text_at('src_entity.name') }}, {{ text_at('src_account.name') }}, {{ text_at('src_linked_account.name') }}, {{ text_at('src_ip') }}) when 'event of a detection' then coalesce({{ text_at('src_entity.name') }}, {{ text_at('entity_uid') }}) when 'entity' then {{ text_at('name') }} end as service,
    case variant when 'detection' then coalesce({{ text_at('detection_type') }}, {{ text_at('detection_category') }}, {{ text_at('category') }}) when 'event of a detection' then coalesce({{ text_at('detection_type') }}, {{ text_at('category') }}) when 'entity' then coalesce({{ text_at('attack_profile') }}, {{ text_at('type') }}, {{ text_at('entity_type') }}) end as error_type,
    case variant when 'detection' then coalesce({{ text_at('assigned_to') }}, {{ text_at('groups.0.name') }}) when 'entity' then {{ text_at('assigned_to') }} end as team,
    case variant when 'detection' then coalesce({{ text_at('sensor_name') }}, {{ text_at('sensor') }}) when 'entity' then {{ text_at('sensors.0') }} end as environment,
    case variant when 'detection' then coalesce({{ text_at('detection_url') }}, {{ text_at('url') }}) when 'event of a detection' then coalesce({{ text_at('detection_href') }}, {{ text_at('url') }}) when 'entity' then {{ text_at('url') }} end as external_url,
    case variant when 'detection' then coalesce({{ instant_at('first_timestamp') }}, {{ instant_at('created_timestamp') }}) when 'event of a detection' then {{ instant_at('event_timestamp') }} when 'entity' then coalesce({{ instant_at('last_detection_timestamp') }}, {{ instant_at('last_modified_timestamp') }}) end as source_created_at,
    case variant when 'detection' then {{ instant_at('last_timestamp') }} when 'entity' then {{ instant_at('last_modified_timestamp') }} end as resolved_at,
    case variant when 'detection' then jsonb_strip_nulls(jsonb_build_object('certainty', coalesce(nullif({{ value_at('certainty') }}, 'null'), nullif({{ value_at('c_score') }}, 'null')), 'category', coalesce(nullif({{ value_at('detection_category') }}, 'null'), nullif({{ value_at('category') }}, 'null')), 'ip', {{ value_at('src_ip') }}, 'tags', {{ value_at('tags') }})) else '{}'::jsonb end as attributes
from variants
