{# Generated from connectors/tools by `causeloop connectors generate`. -#}
with records as (

    {{ records_to_process('mimecast', shape="kind not in ('normalized', 'change', 'normalized_change')") }}

),

variants as (

    select
        *,
        case
            when ({{ has_value('url') }} and {{ has_value('scanResult') }}) then 'clicked link'
            when ({{ has_value('fileName') }} and {{ has_value('result') }}) then 'attachment'
            when ({{ has_value('identifiers') }} and {{ has_value('senderAddress') }}) then 'impersonation'
            when (({{ has_value('eventType') }} or {{ has_value('type') }}) and {{ has_value('timestamp') }} and ({{ has_value('aggregateId') }} or {{ has_value('processingId') }})) then 'event of the SIEM feed'
        end as variant
    from records

)

select
    {{ record_columns('mimecast') }},
    variant,
    case when variant is null then {{ payload_keys() }} end as payload_keys,
    case variant when 'clicked link' then coalesce(({{ text_at('scanResult') }} || ' link: ' || {{ text_at('category') }}), ({{ text_at('scanResult') }} || ' link clicked by ' || {{ text_at('userEmailAddress') }})) when 'attachment' then nullif(concat_ws(': ', {{ text_at('fileName') }}, {{ text_at('result') }}), '') when 'impersonation' then coalesce({{ text_at('subject') }}, ('Impersonation by ' || {{ text_at('senderAddress') }})) when 'event of the SIEM feed' then coalesce(nullif(concat_ws(': ', {{ text_at('eventType') }}, {{ text_at('subject') }}), ''), nullif(concat_ws(': ', coalesce({{ text_at('eventType') }}, {{ text_at('type') }}), coalesce({{ text_at('subtype') }}, {{ text_at('subType') }})), '')) end as title,
    case variant when 'clicked link' then {{ text_at('url') }} when 'attachment' then coalesce({{ text_at('details') }}, {{ text_at('subject') }}) when 'impersonation' then {{ text_at('definition') }} when 'event of the SIEM feed' then coalesce({{ text_at('virusFound') }}, {{ text_at('fileName') }}, {{ text_at('url') }}, {{ text_at('rejectionInfo') }}) end as body,
    case variant when 'clicked link' then {{ text_at('scanResult') }} when 'attachment' then {{ text_at('result') }} when 'impersonation' then {{ text_at('definition') }} when 'event of the SIEM feed' then coalesce({{ text_at('riskLevel') }}, {{ text_at('eventType') }}, {{ text_at('type') }}) end as severity_value,
    case variant when 'clicked link' then coalesce({{ text_at('action') }}, {{ text_at('actions') }}) when 'attachment' then coalesce({{ text_at('actionTriggered') }}, {{ text_at('result') }}) when 'impersonation' then {{ text_at('action') }} when 'event of the SIEM feed' then coalesce({{ text_at('action') }}, {{ text_at('Act') }}) end as status_value,
    case variant when 'clicked link' then coalesce({{ text_at('userEmailAddress') }}, {{ text_at('fromUserEmailAddress') }}) when 'attachment' then {{ text_at('recipientAddress') }} when 'impersonation' then {{ text_at('recipientAddress') }} when 'event of the SIEM feed' then coalesce({{ text_at('recipients') }}, {{ text_at('recipientAddress') }}, {{ text_at('senderDomain') }}, {{ text_at('accountId') }}) end as service,
    case variant when 'clicked link' then coalesce({{ text_at('ttpDefinition') }}, {{ text_at('category') }}, {{ text_at('scanResult') }}) when 'attachment' then coalesce({{ text_at('definition') }}, {{ text_at('fileType') }}) when 'impersonation' then coalesce({{ text_at('impersonationResults.0.impersonationDomainSource') }}, {{ text_at('definition') }}) when 'event of the SIEM feed' then coalesce({{ text_at('virusFound') }}, {{ text_at('spamInfo') }}, {{ text_at('subtype') }}, {{ text_at('subType') }}, {{ text_at('eventType') }}) end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant when 'clicked link' then {{ instant_at('date') }} when 'attachment' then {{ instant_at('date') }} when 'impersonation' then {{ instant_at('eventTime') }} when 'event of the SIEM feed' then coalesce({{ milliseconds_at('timestamp') }}, {{ instant_at('timestamp') }}) end as source_created_at,
    null::timestamptz as resolved_at,
    case variant when 'clicked link' then jsonb_strip_nulls(jsonb_build_object('sender', {{ value_at('fromUserEmailAddress') }}, 'subject', {{ value_at('subject') }}, 'route', {{ value_at('route') }})) when 'attachment' then jsonb_strip_nulls(jsonb_build_object('sender', {{ value_at('senderAddress') }}, 'subject', {{ value_at('subject') }})) when 'impersonation' then jsonb_strip_nulls(jsonb_build_object('sender', {{ value_at('senderAddress') }}, 'ip', {{ value_at('senderIpAddress') }})) when 'event of the SIEM feed' then jsonb_strip_nulls(jsonb_build_object('sender', coalesce(nullif({{ value_at('senderEnvelope') }}, 'null'), nullif({{ value_at('senderHeader') }}, 'null')), 'account', {{ value_at('accountId') }})) else '{}'::jsonb end as attributes
from variants
