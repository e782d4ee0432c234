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
        where p.run_id = nullif(current_setting('causeloop.run', true), '') and p.source = 'crowdstrike'
    ) as changed
    cross join lateral (
        select r.*
        from {{ source('landing', 'crowdstrike') }} as r
        where r.workspace_id = changed.workspace_id
            and r.source = changed.source
            and r.external_id = changed.external_id
        offset 0
    ) as r
    where r.source = 'crowdstrike' and kind not in ('normalized', 'change', 'normalized_change')

),

variants as (

    select
        *,
        case
            when (mapping.has_value(payload, '{composite_id}') and mapping.has_value(payload, '{created_timestamp}')) then 'alert'
            when (mapping.has_value(payload, '{event,DetectName}') or mapping.has_value(payload, '{event,DetectId}') or mapping.has_value(payload, '{event,CompositeId}')) then 'detection event'
            when mapping.has_value(payload, '{event,IncidentID}') then 'incident event'
            when (mapping.has_value(payload, '{CompositeId}') and (mapping.has_value(payload, '{Name}') or mapping.has_value(payload, '{Description}'))) then 'detection of the data replicator'
            when mapping.has_value(payload, '{detection_id}') then 'detection of the former Detects API'
            when mapping.has_value(payload, '{incident_id}') then 'incident of the former Incidents API'
            when (mapping.has_value(payload, '{event,OperationName}') and coalesce(lower(mapping.text_at(payload, '{event,Success}')) in ('false'), false)) then 'refused administrative action'
        end as variant
    from records

)

select
    workspace_id,
    record_id,
    'crowdstrike'::text as source,
    external_id,
    kind,
    connector_id,
    received_at,
    coalesce(source_updated_at, received_at) as source_updated_at,
    variant,
    case when variant is null then mapping.payload_keys(payload) end as payload_keys,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{display_name}'), mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{description}'))
        when 'detection event' then coalesce(mapping.text_at(payload, '{event,DetectName}'), mapping.text_at(payload, '{event,Name}'), mapping.text_at(payload, '{event,DetectDescription}'), mapping.text_at(payload, '{event,Description}'))
        when 'incident event' then coalesce(mapping.text_at(payload, '{event,IncidentType}'), mapping.text_at(payload, '{event,Name}'), mapping.text_at(payload, '{event,IncidentDescription}'), mapping.text_at(payload, '{event,IncidentID}'))
        when 'detection of the data replicator' then coalesce(mapping.text_at(payload, '{Name}'), mapping.text_at(payload, '{DetectName}'), mapping.text_at(payload, '{Description}'))
        when 'detection of the former Detects API' then coalesce(nullif(concat_ws(': ', mapping.text_at(payload, '{behaviors,0,tactic}'), mapping.text_at(payload, '{behaviors,0,technique}')), ''), mapping.text_at(payload, '{behaviors,0,scenario}'), mapping.text_at(payload, '{detection_id}'))
        when 'incident of the former Incidents API' then coalesce(mapping.text_at(payload, '{name}'), mapping.text_at(payload, '{incident_id}'))
        when 'refused administrative action' then nullif(concat_ws(' ', 'Failed:', mapping.text_at(payload, '{event,OperationName}')), '')
    end as title,
    case variant
        when 'alert' then mapping.text_at(payload, '{description}')
        when 'detection event' then coalesce(mapping.text_at(payload, '{event,DetectDescription}'), mapping.text_at(payload, '{event,Description}'))
        when 'detection of the data replicator' then coalesce(mapping.text_at(payload, '{Description}'), mapping.text_at(payload, '{PatternDispositionDescription}'))
        when 'detection of the former Detects API' then coalesce(mapping.text_at(payload, '{behaviors,0,description}'), mapping.text_at(payload, '{behaviors,0,cmdline}'))
        when 'incident of the former Incidents API' then mapping.text_at(payload, '{description}')
        when 'refused administrative action' then coalesce(mapping.text_at(payload, '{event,ErrorMessage}'), mapping.text_at(payload, '{event,Message}'))
    end as body,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{severity_name}'), case when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 80 then 'critical' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 60 then 'high' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 40 then 'medium' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 20 then 'low' when case when mapping.text_at(payload, '{severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{severity}'))::numeric end >= 0 then 'informational' end)
        when 'detection event' then coalesce(mapping.text_at(payload, '{event,SeverityName}'), mapping.text_at(payload, '{event,Severity}'))
        when 'incident event' then coalesce(mapping.text_at(payload, '{event,SeverityName}'), case when case when mapping.text_at(payload, '{event,FineScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{event,FineScore}'))::numeric end >= 80 then 'critical' when case when mapping.text_at(payload, '{event,FineScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{event,FineScore}'))::numeric end >= 60 then 'high' when case when mapping.text_at(payload, '{event,FineScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{event,FineScore}'))::numeric end >= 40 then 'medium' when case when mapping.text_at(payload, '{event,FineScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{event,FineScore}'))::numeric end >= 20 then 'low' when case when mapping.text_at(payload, '{event,FineScore}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{event,FineScore}'))::numeric end >= 0 then 'informational' end)
        when 'detection of the data replicator' then coalesce(mapping.text_at(payload, '{SeverityName}'), mapping.text_at(payload, '{Severity}'))
        when 'detection of the former Detects API' then coalesce(mapping.text_at(payload, '{max_severity_displayname}'), case when case when mapping.text_at(payload, '{max_severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{max_severity}'))::numeric end >= 80 then 'critical' when case when mapping.text_at(payload, '{max_severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{max_severity}'))::numeric end >= 60 then 'high' when case when mapping.text_at(payload, '{max_severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{max_severity}'))::numeric end >= 40 then 'medium' when case when mapping.text_at(payload, '{max_severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{max_severity}'))::numeric end >= 20 then 'low' when case when mapping.text_at(payload, '{max_severity}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{max_severity}'))::numeric end >= 0 then 'informational' end)
        when 'incident of the former Incidents API' then case when case when mapping.text_at(payload, '{fine_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{fine_score}'))::numeric end >= 80 then 'critical' when case when mapping.text_at(payload, '{fine_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{fine_score}'))::numeric end >= 60 then 'high' when case when mapping.text_at(payload, '{fine_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{fine_score}'))::numeric end >= 40 then 'medium' when case when mapping.text_at(payload, '{fine_score}') ~ '^-?\d{1,19}(\.\d+)?$' then (mapping.text_at(payload, '{fine_score}'))::numeric end >= 0 then 'low' end
        when 'refused administrative action' then 'warning'
    end as severity_value,
    case variant
        when 'alert' then mapping.text_at(payload, '{status}')
        when 'detection event' then coalesce(mapping.text_at(payload, '{event,Status}'), 'new')
        when 'incident event' then mapping.text_at(payload, '{event,State}')
        when 'detection of the data replicator' then coalesce(mapping.text_at(payload, '{Status}'), 'new')
        when 'detection of the former Detects API' then mapping.text_at(payload, '{status}')
        when 'incident of the former Incidents API' then coalesce(mapping.text_at(payload, '{status}'), mapping.text_at(payload, '{state}'))
        when 'refused administrative action' then 'failed'
    end as status_value,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{device,hostname}'), mapping.text_at(payload, '{hostname}'), mapping.text_at(payload, '{host_names,0}'), mapping.text_at(payload, '{source_hosts,0}'), mapping.text_at(payload, '{source_endpoint_host_name}'))
        when 'detection event' then coalesce(mapping.text_at(payload, '{event,ComputerName}'), mapping.text_at(payload, '{event,Hostname}'), mapping.text_at(payload, '{event,HostName}'), mapping.text_at(payload, '{event,EndpointName}'), mapping.text_at(payload, '{Hostname}'))
        when 'incident event' then coalesce(mapping.text_at(payload, '{event,EndpointName}'), mapping.text_at(payload, '{event,Hostname}'), mapping.text_at(payload, '{event,HostID}'))
        when 'detection of the data replicator' then coalesce(mapping.text_at(payload, '{Hostname}'), mapping.text_at(payload, '{ComputerName}'))
        when 'detection of the former Detects API' then mapping.text_at(payload, '{device,hostname}')
        when 'incident of the former Incidents API' then mapping.text_at(payload, '{hosts,0,hostname}')
        when 'refused administrative action' then mapping.text_at(payload, '{event,ServiceName}')
    end as service,
    case variant
        when 'alert' then coalesce(mapping.text_at(payload, '{technique}'), mapping.text_at(payload, '{mitre_attack,0,technique}'), mapping.text_at(payload, '{tactic}'), mapping.text_at(payload, '{scenario}'))
        when 'detection event' then coalesce(nullif(mapping.text_at(payload, '{event,Technique}'), 'N/A'), mapping.text_at(payload, '{event,Objective}'))
        when 'detection of the data replicator' then coalesce(nullif(mapping.text_at(payload, '{Technique}'), 'N/A'), mapping.text_at(payload, '{Objective}'))
        when 'detection of the former Detects API' then coalesce(mapping.text_at(payload, '{behaviors,0,technique}'), mapping.text_at(payload, '{behaviors,0,scenario}'))
        when 'incident of the former Incidents API' then coalesce(mapping.text_at(payload, '{techniques,0}'), mapping.text_at(payload, '{tactics,0}'))
        when 'refused administrative action' then mapping.text_at(payload, '{event,OperationName}')
    end as error_type,
    null::text as team,
    null::text as environment,
    case variant
        when 'alert' then mapping.text_at(payload, '{falcon_host_link}')
        when 'detection event' then coalesce(mapping.text_at(payload, '{event,FalconHostLink}'), mapping.text_at(payload, '{event,FalconLink}'))
        when 'incident event' then mapping.text_at(payload, '{event,FalconHostLink}')
        when 'detection of the data replicator' then mapping.text_at(payload, '{FalconHostLink}')
    end as external_url,
    case variant
        when 'alert' then mapping.instant_at(payload, '{created_timestamp}')
        when 'detection event' then coalesce(mapping.instant_at(payload, '{metadata,eventCreationTime}'), mapping.epoch_at(payload, '{metadata,eventCreationTime}', 1000), mapping.instant_at(payload, '{event,UTCTimestamp}'), mapping.epoch_at(payload, '{event,UTCTimestamp}', 1), mapping.instant_at(payload, '{event,ProcessStartTime}'), mapping.epoch_at(payload, '{event,ProcessStartTime}', 1), mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{timestamp}', 1000))
        when 'incident event' then coalesce(mapping.instant_at(payload, '{event,IncidentStartTime}'), mapping.epoch_at(payload, '{event,IncidentStartTime}', 1), mapping.instant_at(payload, '{metadata,eventCreationTime}'), mapping.epoch_at(payload, '{metadata,eventCreationTime}', 1000), mapping.instant_at(payload, '{event,UTCTimestamp}'), mapping.epoch_at(payload, '{event,UTCTimestamp}', 1), mapping.instant_at(payload, '{event,ProcessStartTime}'), mapping.epoch_at(payload, '{event,ProcessStartTime}', 1), mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{timestamp}', 1000))
        when 'detection of the data replicator' then coalesce(mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{timestamp}', 1000), mapping.instant_at(payload, '{UTCTimestamp}'), mapping.epoch_at(payload, '{UTCTimestamp}', 1), mapping.instant_at(payload, '{ProcessStartTime}'), mapping.epoch_at(payload, '{ProcessStartTime}', 1))
        when 'detection of the former Detects API' then coalesce(mapping.instant_at(payload, '{created_timestamp}'), mapping.instant_at(payload, '{first_behavior}'))
        when 'incident of the former Incidents API' then coalesce(mapping.instant_at(payload, '{created}'), mapping.instant_at(payload, '{start}'))
        when 'refused administrative action' then coalesce(mapping.instant_at(payload, '{metadata,eventCreationTime}'), mapping.epoch_at(payload, '{metadata,eventCreationTime}', 1000), mapping.instant_at(payload, '{event,UTCTimestamp}'), mapping.epoch_at(payload, '{event,UTCTimestamp}', 1), mapping.instant_at(payload, '{event,ProcessStartTime}'), mapping.epoch_at(payload, '{event,ProcessStartTime}', 1), mapping.instant_at(payload, '{timestamp}'), mapping.epoch_at(payload, '{timestamp}', 1000))
    end as source_created_at,
    case variant
        when 'alert' then coalesce(mapping.instant_at(payload, '{closed_timestamp}'), mapping.instant_at(payload, '{updated_timestamp}'))
        when 'incident event' then coalesce(mapping.instant_at(payload, '{event,IncidentEndTime}'), mapping.epoch_at(payload, '{event,IncidentEndTime}', 1))
        when 'detection of the former Detects API' then mapping.instant_at(payload, '{date_updated}')
        when 'incident of the former Incidents API' then coalesce(mapping.instant_at(payload, '{end}'), mapping.instant_at(payload, '{modified_timestamp}'))
    end as resolved_at,
    case variant
        when 'alert' then jsonb_strip_nulls(jsonb_build_object('product', payload #> '{product}', 'tactic', payload #> '{tactic}', 'command_line', payload #> '{cmdline}', 'user_name', payload #> '{user_name}', 'assigned_to', payload #> '{assigned_to_name}'))
        when 'detection event' then jsonb_strip_nulls(jsonb_build_object('tactic', payload #> '{event,Tactic}', 'command_line', payload #> '{event,CommandLine}', 'user_name', payload #> '{event,UserName}', 'event_type', coalesce(nullif(payload #> '{metadata,eventType}', 'null'), nullif(payload #> '{event,ExternalApiType}', 'null'))))
        when 'detection of the data replicator' then jsonb_strip_nulls(jsonb_build_object('tactic', payload #> '{Tactic}', 'command_line', payload #> '{CommandLine}', 'user_name', payload #> '{UserName}'))
        when 'detection of the former Detects API' then jsonb_strip_nulls(jsonb_build_object('assigned_to', payload #> '{assigned_to_name}'))
        when 'incident of the former Incidents API' then jsonb_strip_nulls(jsonb_build_object('assigned_to', payload #> '{assigned_to_name}'))
        when 'refused administrative action' then jsonb_strip_nulls(jsonb_build_object('user_id', payload #> '{event,UserId}'))
        else '{}'::jsonb
    end as attributes
from variants
