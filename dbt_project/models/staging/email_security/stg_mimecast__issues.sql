-- Generated from connectors/tools by `causeloop connectors generate`.
with records as (

    select r.*
    from (
        select distinct p.workspace_id, p.source, r.external_id
        from {{ source('raw', 'pending_record') }} as p
        cross join lateral (
            select r.external_id
            from {{ source('raw', 'record') }} as r
            where r.workspace_id = p.workspace_id and r.record_id = p.record_id
            offset 0
        ) as r
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'mimecast'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'mimecast') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'mimecast' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{url}') and mapping.has_value(payload, '{scanResult}')) then 'clicked link'
            when (mapping.has_value(payload, '{fileName}') and mapping.has_value(payload, '{result}')) then 'attachment'
            when (mapping.has_value(payload, '{identifiers}') and mapping.has_value(payload, '{senderAddress}')) then 'impersonation'
            when ((mapping.has_value(payload, '{eventType}') or mapping.has_value(payload, '{type}')) and mapping.has_value(payload, '{timestamp}') and (mapping.has_value(payload, '{aggregateId}') or mapping.has_value(payload, '{processingId}'))) then 'event of the SIEM feed'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'mimecast'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'clicked link' then coalesce((mapping.text_at(payload, '{scanResult}') || ' link: ' || mapping.text_at(payload, '{category}')), (mapping.text_at(payload, '{scanResult}') || ' link clicked by ' || mapping.text_at(payload, '{userEmailAddress}')))
        when 'attachment' then nullif(concat_ws(': ', mapping.text_at(payload, '{fileName}'), mapping.text_at(payload, '{result}')), '')
        when 'impersonation' then coalesce(mapping.text_at(payload, '{subject}'), ('Impersonation by ' || mapping.text_at(payload, '{senderAddress}')))
        when 'event of the SIEM feed' then coalesce(nullif(concat_ws(': ', mapping.text_at(payload, '{eventType}'), mapping.text_at(payload, '{subject}')), ''), nullif(concat_ws(': ', coalesce(mapping.text_at(payload, '{eventType}'), mapping.text_at(payload, '{type}')), coalesce(mapping.text_at(payload, '{subtype}'), mapping.text_at(payload, '{subType}'))), ''))
    end as title,
    case variant
        when 'clicked link' then mapping.text_at(payload, '{url}')
        when 'attachment' then coalesce(mapping.text_at(payload, '{details}'), mapping.text_at(payload, '{subject}'))
        when 'impersonation' then mapping.text_at(payload, '{definition}')
        when 'event of the SIEM feed' then coalesce(mapping.text_at(payload, '{virusFound}'), mapping.text_at(payload, '{fileName}'), mapping.text_at(payload, '{url}'), mapping.text_at(payload, '{rejectionInfo}'))
    end as body,
    case variant
        when 'clicked link' then mapping.text_at(payload, '{scanResult}')
        when 'attachment' then mapping.text_at(payload, '{result}')
        when 'impersonation' then mapping.text_at(payload, '{definition}')
        when 'event of the SIEM feed' then coalesce(mapping.text_at(payload, '{riskLevel}'), mapping.text_at(payload, '{eventType}'), mapping.text_at(payload, '{type}'))
    end as severity_value,
    case variant
        when 'clicked link' then coalesce(mapping.text_at(payload, '{action}'), mapping.text_at(payload, '{actions}'))
        when 'attachment' then coalesce(mapping.text_at(payload, '{actionTriggered}'), mapping.text_at(payload, '{result}'))
        when 'impersonation' then mapping.text_at(payload, '{action}')
        when 'event of the SIEM feed' then coalesce(mapping.text_at(payload, '{action}'), mapping.text_at(payload, '{Act}'))
    end as status_value,
    case variant
        when 'clicked link' then coalesce(mapping.text_at(payload, '{userEmailAddress}'), mapping.text_at(payload, '{fromUserEmailAddress}'))
        when 'attachment' then mapping.text_at(payload, '{recipientAddress}')
        when 'impersonation' then mapping.text_at(payload, '{recipientAddress}')
        when 'event of the SIEM feed' then coalesce(mapping.text_at(payload, '{recipients}'), mapping.text_at(payload, '{recipientAddress}'), mapping.text_at(payload, '{senderDomain}'), mapping.text_at(payload, '{accountId}'))
    end as service,
    case variant
        when 'clicked link' then coalesce(mapping.text_at(payload, '{ttpDefinition}'), mapping.text_at(payload, '{category}'), mapping.text_at(payload, '{scanResult}'))
        when 'attachment' then coalesce(mapping.text_at(payload, '{definition}'), mapping.text_at(payload, '{fileType}'))
        when 'impersonation' then coalesce(mapping.text_at(payload, '{impersonationResults,0,impersonationDomainSource}'), mapping.text_at(payload, '{definition}'))
        when 'event of the SIEM feed' then coalesce(mapping.text_at(payload, '{virusFound}'), mapping.text_at(payload, '{spamInfo}'), mapping.text_at(payload, '{subtype}'), mapping.text_at(payload, '{subType}'), mapping.text_at(payload, '{eventType}'))
    end as error_type,
    null::text as team,
    null::text as environment,
    null::text as external_url,
    case variant
        when 'clicked link' then mapping.instant_at(payload, '{date}')
        when 'attachment' then mapping.instant_at(payload, '{date}')
        when 'impersonation' then mapping.instant_at(payload, '{eventTime}')
        when 'event of the SIEM feed' then coalesce(mapping.epoch_at(payload, '{timestamp}', 1000), mapping.instant_at(payload, '{timestamp}'))
    end as source_created_at,
    null::timestamptz as resolved_at,
    case variant
        when 'clicked link' then jsonb_strip_nulls(jsonb_build_object('sender', payload #> '{fromUserEmailAddress}', 'subject', payload #> '{subject}', 'route', payload #> '{route}'))
        when 'attachment' then jsonb_strip_nulls(jsonb_build_object('sender', payload #> '{senderAddress}', 'subject', payload #> '{subject}'))
        when 'impersonation' then jsonb_strip_nulls(jsonb_build_object('sender', payload #> '{senderAddress}', 'ip', payload #> '{senderIpAddress}'))
        when 'event of the SIEM feed' then jsonb_strip_nulls(jsonb_build_object('sender', coalesce(nullif(payload #> '{senderEnvelope}', 'null'), nullif(payload #> '{senderHeader}', 'null')), 'account', payload #> '{accountId}'))
        else '{}'::jsonb
    end as attributes
from variants
