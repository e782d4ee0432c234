{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('trend_vision_one', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and ({{ has_value('model') }} or {{ has_value('workbenchLink') }})) then 'workbench alert'
            when ({{ has_value('workbenchId') }} and {{ has_value('workbenchName') }}) then 'workbench alert of API version 2'
        end as variant
    from records

)

select
    {{ record_columns('trend_vision_one') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'workbench alert' then coalesce({{ text_at('model') }}, {{ text_at('description') }}) when 'workbench alert of API version 2' then {{ text_at('workbenchName') }} end as title,
    case variant when 'workbench alert' then {{ text_at('description') }} when 'workbench alert of API version 2' then {{ text_at('description') }} end as body,
    case variant when 'workbench alert' then {{ text_at('severity') }} when 'workbench alert of API version 2' then {{ text_at('severity') }} end as severity_value,
    case variant when 'workbench alert' then coalesce({{ text_at('status') }}, {{ text_at('investigationStatus') }}) when 'workbench alert of API version 2' then coalesce({{ text_at('investigationStatus') }}, {{ text_at('status') }}) end as status_value,
    case variant when 'workbench alert' then coalesce({{ element_at('impactScope.entities', 'entityType', 'host', 'entityValue.name') }}, {{ text_at('impactScope.entities.0.entityValue.name') }}, {{ text_at('impactScope.entities.0.entityId') }}) when 'workbench alert of API version 2' then coalesce({{ element_at('impactScope', 'entityType', 'host', 'entityValue.name') }}, {{ text_at('impactScope.0.entityId') }}) end as service,
    case variant when 'workbench alert' then coalesce({{ text_at('matchedRules.0.matchedFilters.0.mitreTechniqueIds.0') }}, {{ text_at('matchedRules.0.name') }}, {{ text_at('alertProvider') }}) end as error_type,
    case variant when 'workbench alert' then coalesce({{ text_at('caseOwner') }}, {{ text_at('ownerIds.0') }}) end as team,
    null::text as environment,
    case variant when 'workbench alert' then {{ text_at('workbenchLink') }} when 'workbench alert of API version 2' then {{ text_at('workbenchLink') }} end as external_url,
    case variant when 'workbench alert' then {{ instant_at('createdDateTime') }} when 'workbench alert of API version 2' then coalesce({{ instant_at('workbenchCompleteTimestamp') }}, {{ instant_at('createdTime') }}) end as source_created_at,
    case variant when 'workbench alert' then {{ instant_at('updatedDateTime') }} when 'workbench alert of API version 2' then {{ instant_at('updatedTime') }} end as resolved_at,
    case variant when 'workbench alert' then jsonb_strip_nulls(jsonb_build_object('score', {{ value_at('score') }}, 'investigation', coalesce(nullif({{ value_at('investigationResult') }}, 'null'), nullif({{ value_at('investigationStatus') }}, 'null')), 'provider', {{ value_at('alertProvider') }}, 'incident', {{ value_at('incidentId') }})) else '{}'::jsonb end as attributes
from variants
