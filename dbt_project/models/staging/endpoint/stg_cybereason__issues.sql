{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('cybereason', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('guid') }} and {{ has_value('displayName') }} and ({{ has_value('severity') }} or {{ has_value('malopDetectionType') }} or {{ has_value('isMalop') }})) then 'MalOp'
            when {{ has_value('simpleValues.malopStartTime') }} then 'MalOp of the visual search'
        end as variant
    from records

)

select
    {{ record_columns('cybereason') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'MalOp' then {{ text_at('displayName') }} when 'MalOp of the visual search' then coalesce({{ text_at('simpleValues.rootCauseElementNames.values.0') }}, {{ text_at('simpleValues.elementDisplayName.values.0') }}, {{ text_at('simpleValues.decisionFeature.values.0') }}) end as title,
    case variant when 'MalOp' then coalesce({{ text_at('descriptions.0') }}, {{ text_at('rootCauseElementType') }}) when 'MalOp of the visual search' then {{ text_at('simpleValues.decisionFeature.values.0') }} end as body,
    case variant when 'MalOp' then coalesce({{ text_at('severity') }}, {{ text_at('priority') }}, {{ text_at('malopPriority') }}) when 'MalOp of the visual search' then coalesce({{ text_at('simpleValues.severity.values.0') }}, {{ text_at('malopPriority') }}) end as severity_value,
    case variant when 'MalOp' then coalesce({{ text_at('status') }}, {{ text_at('investigationStatus') }}) when 'MalOp of the visual search' then case when ({{ has_value('simpleValues.closeTime.values.0') }} or coalesce(lower({{ text_at('simpleValues.managementStatus.values.0') }}) in ('closed'), false)) then 'Closed' else coalesce({{ text_at('simpleValues.managementStatus.values.0') }}, 'Active') end end as status_value,
    case variant when 'MalOp' then coalesce({{ text_at('machines.0.displayName') }}, {{ text_at('affectedMachines.0.displayName') }}) when 'MalOp of the visual search' then {{ text_at('elementValues.affectedMachines.elementValues.0.name') }} end as service,
    case variant when 'MalOp' then coalesce({{ text_at('malopDetectionType') }}, {{ text_at('detectionTypes.0') }}, {{ text_at('malopType') }}) when 'MalOp of the visual search' then coalesce({{ text_at('simpleValues.malopActivityTypes.values.0') }}, {{ text_at('simpleValues.detectionType.values.0') }}) end as error_type,
    case variant when 'MalOp' then {{ text_at('group') }} end as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'MalOp' then coalesce({{ milliseconds_at('creationTime') }}, {{ milliseconds_at('firstSeen') }}) when 'MalOp of the visual search' then coalesce({{ milliseconds_at('simpleValues.creationTime.values.0') }}, {{ milliseconds_at('simpleValues.malopStartTime.values.0') }}) end as source_created_at,
    case variant when 'MalOp' then coalesce({{ milliseconds_at('malopCloseTime') }}, {{ milliseconds_at('closeTime') }}, {{ milliseconds_at('lastUpdateTime') }}, {{ milliseconds_at('lastSeen') }}) when 'MalOp of the visual search' then coalesce({{ milliseconds_at('simpleValues.closeTime.values.0') }}, {{ milliseconds_at('simpleValues.malopLastUpdateTime.values.0') }}) end as resolved_at,
    case variant when 'MalOp' then jsonb_strip_nulls(jsonb_build_object('detection_types', {{ value_at('detectionTypes') }}, 'root_cause', {{ value_at('rootCauseElementType') }}, 'file_hash', {{ value_at('fileHash') }}, 'labels', {{ value_at('labels') }})) when 'MalOp of the visual search' then jsonb_strip_nulls(jsonb_build_object('decision', {{ value_at('simpleValues.decisionFeature.values.0') }})) else '{}'::jsonb end as attributes
from variants
