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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'salesforce'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'salesforce') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'salesforce' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        records.*, connector.config,
        case
            when (mapping.has_value(payload, '{ChangeEventHeader}') and mapping.has_value(payload, '{Subject}')) then 'change data capture'
            when (mapping.has_value(payload, '{Id}') and (mapping.has_value(payload, '{CreatedDate}') or mapping.has_value(payload, '{CaseNumber}'))) then 'case'
            when (mapping.has_value(payload, '{id}') and mapping.has_value(payload, '{created_date}')) then 'replicated case'
        end as variant
    from records
    left join {{ source('app', 'connector') }} as connector using (workspace_id, connector_id)

)

select
    workspace_id,
    record_id,
    'salesforce'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'change data capture' then mapping.text_at(payload, '{Subject}')
        when 'case' then coalesce(mapping.text_at(payload, '{Subject}'), ('Case ' || mapping.text_at(payload, '{CaseNumber}')))
        when 'replicated case' then coalesce(mapping.text_at(payload, '{subject}'), ('Case ' || mapping.text_at(payload, '{case_number}')))
    end as title,
    case variant
        when 'change data capture' then nullif(mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{Subject}'))
        when 'case' then nullif(mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{Subject}'))
        when 'replicated case' then nullif(mapping.text_at(payload, '{description}'), mapping.text_at(payload, '{subject}'))
    end as body,
    case variant
        when 'change data capture' then mapping.text_at(payload, '{Priority}')
        when 'case' then mapping.text_at(payload, '{Priority}')
        when 'replicated case' then mapping.text_at(payload, '{priority}')
    end as severity_value,
    case variant
        when 'change data capture' then mapping.text_at(payload, '{Status}')
        when 'case' then mapping.text_at(payload, '{Status}')
        when 'replicated case' then mapping.text_at(payload, '{status}')
    end as status_value,
    case variant
        when 'change data capture' then coalesce(mapping.text_at(payload, '{Product__c}'), mapping.text_at(payload, '{Type}'))
        when 'case' then coalesce(mapping.text_at(payload, '{Product,Name}'), mapping.text_at(payload, '{Product__c}'), mapping.text_at(payload, '{Type}'))
        when 'replicated case' then coalesce(mapping.text_at(payload, '{product_name}'), mapping.text_at(payload, '{type}'))
    end as service,
    case variant
        when 'change data capture' then mapping.text_at(payload, '{Reason}')
        when 'case' then mapping.text_at(payload, '{Reason}')
        when 'replicated case' then mapping.text_at(payload, '{reason}')
    end as error_type,
    case variant
        when 'change data capture' then mapping.text_at(payload, '{OwnerId}')
        when 'case' then coalesce(mapping.text_at(payload, '{Owner,Name}'), mapping.text_at(payload, '{OwnerId}'))
        when 'replicated case' then coalesce(mapping.text_at(payload, '{owner_name}'), mapping.text_at(payload, '{owner_id}'))
    end as team,
    case variant
        when 'change data capture' then mapping.text_at(payload, '{Environment__c}')
        when 'case' then mapping.text_at(payload, '{Environment__c}')
    end as environment,
    case variant when 'case' then coalesce((nullif(config ->> 'base_url', '') || '/lightning/r/Case/' || mapping.text_at(payload, '{Id}') || '/view'), mapping.text_at(payload, '{attributes,url}')) end as external_url,
    case variant
        when 'change data capture' then coalesce(mapping.instant_at(payload, '{CreatedDate}'), mapping.instant_at(payload, '{LastModifiedDate}'), mapping.epoch_at(payload, '{ChangeEventHeader,commitTimestamp}', 1000))
        when 'case' then mapping.instant_at(payload, '{CreatedDate}')
        when 'replicated case' then mapping.instant_at(payload, '{created_date}')
    end as source_created_at,
    case variant
        when 'change data capture' then coalesce(mapping.instant_at(payload, '{ClosedDate}'), mapping.instant_at(payload, '{LastModifiedDate}'))
        when 'case' then coalesce(mapping.instant_at(payload, '{ClosedDate}'), mapping.instant_at(payload, '{LastModifiedDate}'))
        when 'replicated case' then coalesce(mapping.instant_at(payload, '{closed_date}'), mapping.instant_at(payload, '{last_modified_date}'))
    end as resolved_at,
    case variant
        when 'change data capture' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{CaseNumber}', 'origin', payload #> '{Origin}', 'account', payload #> '{AccountId}'))
        when 'case' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{CaseNumber}', 'origin', payload #> '{Origin}', 'account', coalesce(nullif(payload #> '{Account,Name}', 'null'), nullif(payload #> '{AccountId}', 'null')), 'escalated', payload #> '{IsEscalated}'))
        when 'replicated case' then jsonb_strip_nulls(jsonb_build_object('number', payload #> '{case_number}', 'origin', payload #> '{origin}', 'account', payload #> '{account_id}'))
        else '{}'::jsonb
    end as attributes
from variants
