{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('abnormal_security', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('caseId') }} and ({{ has_value('description') }} or {{ has_value('severity') }} or {{ has_value('caseStatus') }})) then 'case'
            when ({{ has_value('threatId') }} and ({{ has_value('subject') }} or {{ has_value('messages.0') }} or {{ has_value('attackType') }})) then 'threat'
            when ({{ has_value('campaignId') }} and ({{ has_value('subject') }} or {{ has_value('firstReported') }} or {{ has_value('attackType') }})) then 'reported campaign'
        end as variant
    from records

)

select
    {{ record_columns('abnormal_security') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'case' then coalesce({{ text_at('description') }}, {{ text_at('severity') }}, ('Case ' || {{ text_at('caseId') }})) when 'threat' then coalesce({{ text_at('subject') }}, {{ text_at('messages.0.subject') }}, {{ text_at('attackType') }}, {{ text_at('messages.0.attackType') }}) when 'reported campaign' then coalesce({{ text_at('subject') }}, ('Campaign ' || {{ text_at('campaignId') }})) end as title,
    case variant when 'case' then coalesce({{ text_at('analysis') }}, {{ text_at('genaiSummary') }}) when 'threat' then nullif(concat_ws(' · ', coalesce({{ text_at('attackType') }}, {{ text_at('messages.0.attackType') }}), coalesce({{ text_at('attackStrategy') }}, {{ text_at('messages.0.attackStrategy') }}), coalesce({{ text_at('attackVector') }}, {{ text_at('messages.0.attackVector') }}), coalesce({{ text_at('summaryInsights.0') }}, {{ text_at('messages.0.summaryInsights.0') }})), '') end as body,
    case variant when 'case' then coalesce({{ text_at('severity_level') }}, {{ text_at('severity') }}) when 'threat' then coalesce({{ text_at('attackType') }}, {{ text_at('messages.0.attackType') }}) when 'reported campaign' then {{ text_at('attackType') }} end as severity_value,
    case variant when 'case' then coalesce({{ text_at('caseStatus') }}, {{ text_at('status') }}, {{ text_at('remediation_status') }}) when 'threat' then case when (coalesce(lower(coalesce({{ text_at('autoRemediated') }}, {{ text_at('messages.0.autoRemediated') }})) in ('true'), false) or coalesce(lower(coalesce({{ text_at('postRemediated') }}, {{ text_at('messages.0.postRemediated') }})) in ('true'), false) or {{ has_value('remediationTimestamp') }} or {{ has_value('messages.0.remediationTimestamp') }}) then 'remediated' else coalesce({{ text_at('remediationStatus') }}, {{ text_at('messages.0.remediationStatus') }}) end when 'reported campaign' then coalesce({{ text_at('overallStatus') }}, {{ text_at('judgementStatus') }}) end as status_value,
    case variant when 'case' then {{ text_at('affectedEmployee') }} when 'threat' then coalesce({{ text_at('recipientAddress') }}, {{ text_at('messages.0.recipientAddress') }}, {{ text_at('toAddresses') }}, {{ text_at('messages.0.toAddresses') }}) when 'reported campaign' then {{ text_at('recipientAddress') }} end as service,
    case variant when 'case' then coalesce({{ text_at('threatType') }}, {{ text_at('severity') }}) when 'threat' then coalesce({{ text_at('attackType') }}, {{ text_at('messages.0.attackType') }}) when 'reported campaign' then {{ text_at('attackType') }} end as error_type,
    null::text as team,
    null::text as environment,
    case variant when 'case' then coalesce({{ text_at('portalUrl') }}, {{ text_at('abxPortalUrl') }}) when 'threat' then coalesce({{ text_at('abxPortalUrl') }}, {{ text_at('messages.0.abxPortalUrl') }}) end as external_url,
    case variant when 'case' then coalesce({{ instant_at('firstObserved') }}, {{ instant_at('createdTime') }}, {{ instant_at('last_modified') }}, {{ instant_at('lastModifiedTime') }}) when 'threat' then coalesce({{ instant_at('receivedTime') }}, {{ instant_at('messages.0.receivedTime') }}, {{ instant_at('sentTime') }}, {{ instant_at('messages.0.sentTime') }}, {{ instant_at('firstObserved') }}) when 'reported campaign' then {{ instant_at('firstReported') }} end as source_created_at,
    case variant when 'case' then coalesce({{ instant_at('lastModifiedTime') }}, {{ instant_at('last_modified') }}, {{ instant_at('customerVisibleTime') }}) when 'threat' then coalesce({{ instant_at('remediationTimestamp') }}, {{ instant_at('messages.0.remediationTimestamp') }}) when 'reported campaign' then {{ instant_at('lastReported') }} end as resolved_at,
    case variant when 'case' then jsonb_strip_nulls(jsonb_build_object('confidence', {{ value_at('confidence') }}, 'threats', {{ value_at('threatIds') }})) when 'threat' then jsonb_strip_nulls(jsonb_build_object('sender', coalesce(nullif({{ value_at('fromAddress') }}, 'null'), nullif({{ value_at('messages.0.fromAddress') }}, 'null')), 'attacked_party', coalesce(nullif({{ value_at('attackedParty') }}, 'null'), nullif({{ value_at('messages.0.attackedParty') }}, 'null')), 'strategy', coalesce(nullif({{ value_at('attackStrategy') }}, 'null'), nullif({{ value_at('messages.0.attackStrategy') }}, 'null')))) when 'reported campaign' then jsonb_strip_nulls(jsonb_build_object('sender', {{ value_at('fromAddress') }}, 'messages', {{ value_at('messageCount') }})) else '{}'::jsonb end as attributes
from variants
