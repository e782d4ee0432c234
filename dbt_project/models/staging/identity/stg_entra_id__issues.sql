{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('entra_id', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('riskEventType') }} and {{ has_value('riskState') }}) then 'risk detection'
            when ({{ has_value('riskState') }} and {{ has_value('riskLastUpdatedDateTime') }}) then 'risky user'
            when (kind in ('export') and ({{ has_value('properties.activityDisplayName') }} or {{ has_value('activityDisplayName') }})) then 'refused change'
            when (kind in ('export') and ({{ has_value('operationName') }} or {{ has_value('operationname') }}) and ({{ has_value('properties.createdDateTime') }} or {{ has_value('properties.appDisplayName') }})) then 'sign-in of the diagnostic log'
            when (kind in ('sign_in') and {{ has_value('status.errorCode') }} and {{ has_value('createdDateTime') }}) then 'sign-in'
        end as variant
    from records

)

select
    {{ record_columns('entra_id') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'risk detection' then nullif(concat_ws(': ', {{ text_at('riskEventType') }}, {{ text_at('userDisplayName') }}), '') when 'risky user' then nullif(concat_ws(' ', 'Risky user', {{ text_at('userDisplayName') }}), '') when 'refused change' then nullif(concat_ws(' ', 'Failed:', coalesce({{ text_at('properties.activityDisplayName') }}, {{ text_at('activityDisplayName') }})), '') when 'sign-in of the diagnostic log' then nullif(concat_ws(' ', 'Sign-in failed:', coalesce({{ text_at('properties.status.failureReason') }}, {{ text_at('resultDescription') }}, {{ text_at('resultdescription') }}, {{ text_at('properties.status.errorCode') }}, {{ text_at('resultType') }}, {{ text_at('resulttype') }})), '') when 'sign-in' then nullif(concat_ws(' ', 'Sign-in failed:', coalesce({{ text_at('status.failureReason') }}, {{ text_at('status.errorCode') }})), '') end as title,
    case variant when 'risk detection' then coalesce({{ text_at('riskDetail') }}, {{ text_at('additionalInfo') }}) when 'risky user' then {{ text_at('riskDetail') }} when 'refused change' then coalesce({{ text_at('properties.resultReason') }}, {{ text_at('resultReason') }}, {{ text_at('resultDescription') }}) when 'sign-in of the diagnostic log' then coalesce({{ text_at('properties.status.additionalDetails') }}, {{ text_at('resultDescription') }}, {{ text_at('resultdescription') }}) when 'sign-in' then {{ text_at('status.additionalDetails') }} end as body,
    case variant when 'risk detection' then {{ text_at('riskLevel') }} when 'risky user' then {{ text_at('riskLevel') }} when 'refused change' then 'warning' when 'sign-in of the diagnostic log' then 'warning' when 'sign-in' then 'warning' end as severity_value,
    case variant when 'risk detection' then {{ text_at('riskState') }} when 'risky user' then {{ text_at('riskState') }} when 'refused change' then 'failed' when 'sign-in of the diagnostic log' then 'failed' when 'sign-in' then 'failed' end as status_value,
    case variant when 'risk detection' then coalesce({{ text_at('activity') }}, {{ text_at('source') }}) when 'refused change' then coalesce({{ text_at('properties.loggedByService') }}, {{ text_at('loggedByService') }}, {{ text_at('properties.targetResources.0.displayName') }}) when 'sign-in of the diagnostic log' then coalesce({{ text_at('properties.appDisplayName') }}, {{ text_at('properties.resourceDisplayName') }}, {{ text_at('properties.servicePrincipalName') }}) when 'sign-in' then coalesce({{ text_at('appDisplayName') }}, {{ text_at('resourceDisplayName') }}) end as service,
    case variant when 'risk detection' then {{ text_at('riskEventType') }} when 'risky user' then {{ text_at('riskDetail') }} when 'refused change' then coalesce({{ text_at('properties.category') }}, {{ text_at('category') }}) when 'sign-in of the diagnostic log' then coalesce({{ text_at('properties.status.errorCode') }}, {{ text_at('resultType') }}, {{ text_at('resulttype') }}) when 'sign-in' then {{ text_at('status.errorCode') }} end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'risk detection' then coalesce({{ instant_at('detectedDateTime') }}, {{ instant_at('activityDateTime') }}) when 'risky user' then {{ instant_at('riskLastUpdatedDateTime') }} when 'refused change' then coalesce({{ instant_at('properties.activityDateTime') }}, {{ instant_at('activityDateTime') }}, {{ instant_at('time') }}) when 'sign-in of the diagnostic log' then coalesce({{ instant_at('properties.createdDateTime') }}, {{ instant_at('time') }}) when 'sign-in' then {{ instant_at('createdDateTime') }} end as source_created_at,
    case variant when 'risk detection' then {{ instant_at('lastUpdatedDateTime') }} when 'risky user' then {{ instant_at('riskLastUpdatedDateTime') }} end as resolved_at,
    case variant when 'risk detection' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('userPrincipalName') }}, 'ip', {{ value_at('ipAddress') }})) when 'risky user' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('userPrincipalName') }})) when 'sign-in of the diagnostic log' then jsonb_strip_nulls(jsonb_build_object('user_name', coalesce(nullif({{ value_at('properties.userPrincipalName') }}, 'null'), nullif({{ value_at('properties.servicePrincipalName') }}, 'null')), 'ip', coalesce(nullif({{ value_at('properties.ipAddress') }}, 'null'), nullif({{ value_at('callerIpAddress') }}, 'null'), nullif({{ value_at('calleripaddress') }}, 'null')), 'category', {{ value_at('category') }})) when 'sign-in' then jsonb_strip_nulls(jsonb_build_object('user_name', {{ value_at('userPrincipalName') }}, 'ip', {{ value_at('ipAddress') }})) else '{}'::jsonb end as attributes
from variants
