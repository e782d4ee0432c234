{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('vanta', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('id') }} and {{ has_value('name') }} and ({{ has_value('vulnerabilityType') }} or {{ has_value('packageIdentifier') }} or {{ has_value('targetId') }})) then 'vulnerability'
            when ({{ has_value('id') }} and {{ has_value('status') }} and ({{ has_value('lastTestRunDate') }} or {{ has_value('latestFlipDate') }})) then 'test'
        end as variant
    from records

)

select
    {{ record_columns('vanta') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'vulnerability' then {{ text_at('name') }} when 'test' then {{ text_at('name') }} end as title,
    case variant when 'vulnerability' then {{ text_at('description') }} when 'test' then coalesce({{ text_at('failureDescription') }}, {{ text_at('description') }}) end as body,
    case variant when 'vulnerability' then {{ text_at('severity') }} when 'test' then {{ text_at('status') }} end as severity_value,
    case variant when 'vulnerability' then case when {{ has_value('deactivateMetadata.deactivatedOnDate') }} then 'deactivated' else 'active' end when 'test' then {{ text_at('status') }} end as status_value,
    case variant when 'vulnerability' then coalesce({{ text_at('asset.name') }}, {{ text_at('packageIdentifier') }}, {{ text_at('targetId') }}) when 'test' then coalesce({{ text_at('integrations.0') }}, {{ text_at('category') }}) end as service,
    case variant when 'vulnerability' then coalesce({{ text_at('packageIdentifier') }}, {{ text_at('vulnerabilityType') }}) when 'test' then {{ text_at('category') }} end as error_type,
    case variant when 'vulnerability' then {{ text_at('integrationId') }} when 'test' then coalesce({{ text_at('owner.displayName') }}, {{ text_at('owner.emailAddress') }}) end as team,
    null::text as environment,
    case variant when 'vulnerability' then {{ text_at('externalURL') }} end as external_url,
    case variant when 'vulnerability' then coalesce({{ instant_at('firstDetectedDate') }}, {{ instant_at('sourceDetectedDate') }}) when 'test' then coalesce({{ instant_at('latestFlipDate') }}, {{ instant_at('lastTestRunDate') }}) end as source_created_at,
    case variant when 'vulnerability' then coalesce({{ instant_at('deactivateMetadata.deactivatedOnDate') }}, {{ instant_at('lastDetectedDate') }}) when 'test' then coalesce({{ instant_at('latestFlipDate') }}, {{ instant_at('lastTestRunDate') }}) end as resolved_at,
    case variant when 'vulnerability' then jsonb_strip_nulls(jsonb_build_object('package', {{ value_at('packageIdentifier') }}, 'cvss', {{ value_at('cvssSeverityScore') }}, 'due', {{ value_at('remediateByDate') }}, 'fixable', {{ value_at('isFixable') }})) when 'test' then jsonb_strip_nulls(jsonb_build_object('due', {{ value_at('remediationStatusInfo.soonestRemediateByDate') }}, 'version', {{ value_at('version.major') }})) else '{}'::jsonb end as attributes
from variants
