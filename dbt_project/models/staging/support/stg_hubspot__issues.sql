{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('hubspot', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('properties') }} and ({{ has_value('properties.subject') }} or {{ has_value('properties.content') }})) then 'ticket'
            when ({{ has_value('subject') }} and ({{ has_value('hs_pipeline_stage') }} or {{ has_value('createdate') }} or {{ has_value('content') }})) then 'flat ticket'
        end as variant
    from records

)

select
    {{ record_columns('hubspot') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'ticket' then coalesce({{ text_at('properties.subject.value') }}, {{ text_at('properties.subject') }}, {{ text_at('properties.content') }}) when 'flat ticket' then {{ text_at('subject') }} end as title,
    case variant when 'ticket' then nullif(coalesce({{ text_at('properties.content.value') }}, {{ text_at('properties.content') }}), {{ text_at('properties.subject') }}) when 'flat ticket' then nullif({{ text_at('content') }}, {{ text_at('subject') }}) end as body,
    case variant when 'ticket' then coalesce({{ text_at('properties.hs_ticket_priority.value') }}, {{ text_at('properties.hs_ticket_priority') }}) when 'flat ticket' then {{ text_at('hs_ticket_priority') }} end as severity_value,
    case variant when 'ticket' then coalesce(('stage ' || {{ text_at('properties.hs_pipeline_stage.value') }}), ('stage ' || {{ text_at('properties.hs_pipeline_stage') }})) when 'flat ticket' then ('stage ' || {{ text_at('hs_pipeline_stage') }}) end as status_value,
    case variant when 'ticket' then coalesce({{ text_at('properties.hs_ticket_category.value') }}, {{ text_at('properties.hs_ticket_category') }}) when 'flat ticket' then {{ text_at('hs_ticket_category') }} end as service,
    null::text as error_type,
    case variant when 'ticket' then coalesce({{ text_at('properties.hubspot_team_id.value') }}, {{ text_at('properties.hubspot_team_id') }}) when 'flat ticket' then {{ text_at('hubspot_team_id') }} end as team,
    null::text as environment,
    case variant when 'ticket' then {{ text_at('url') }} when 'flat ticket' then {{ text_at('url') }} end as external_url,
    case variant when 'ticket' then coalesce({{ instant_at('createdAt') }}, {{ instant_at('properties.createdate') }}, coalesce({{ milliseconds_at('properties.createdate.value') }}, {{ milliseconds_at('properties.createdate') }})) when 'flat ticket' then coalesce({{ instant_at('createdate') }}, {{ milliseconds_at('createdate') }}) end as source_created_at,
    case variant when 'ticket' then coalesce({{ instant_at('properties.closed_date') }}, {{ instant_at('updatedAt') }}) when 'flat ticket' then {{ instant_at('closed_date') }} end as resolved_at,
    case variant when 'ticket' then jsonb_strip_nulls(jsonb_build_object('pipeline', coalesce(nullif({{ value_at('properties.hs_pipeline.value') }}, 'null'), nullif({{ value_at('properties.hs_pipeline') }}, 'null')), 'stage', coalesce(nullif({{ value_at('properties.hs_pipeline_stage.value') }}, 'null'), nullif({{ value_at('properties.hs_pipeline_stage') }}, 'null')), 'owner', coalesce(nullif({{ value_at('properties.hubspot_owner_id.value') }}, 'null'), nullif({{ value_at('properties.hubspot_owner_id') }}, 'null')))) when 'flat ticket' then jsonb_strip_nulls(jsonb_build_object('pipeline', {{ value_at('hs_pipeline') }}, 'stage', {{ value_at('hs_pipeline_stage') }})) else '{}'::jsonb end as attributes
from variants
