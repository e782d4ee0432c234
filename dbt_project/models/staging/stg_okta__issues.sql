with records as (

    {{ records_to_process('okta') }}

),

issues as (

    select
        {{ record_columns('okta') }},
        coalesce({{ text_at('displayMessage') }}, {{ text_at('eventType') }}) as title,
        {{ text_at('outcome.reason') }} as body,
        {{ text_at('severity') }} as severity_value,
        {{ text_at('outcome.result') }} as status_value,
        coalesce(
            jsonb_path_query_first(payload, '$.target[*] ? (@.type == "AppInstance").displayName') #>> '{}',
            {{ text_at('target.0.displayName') }}
        ) as service,
        {{ text_at('eventType') }} as error_type,
        null::text as team,
        null::text as environment,
        null::text as external_url,
        {{ instant_at('published') }} as source_created_at,
        {{ instant_at('published') }} as resolved_at,
        {{ attributes({
            'actor': text_at('actor.alternateId'),
            'client_ip': text_at('client.ipAddress'),
            'region': text_at('client.geographicalContext.country'),
            'transaction_id': text_at('transaction.id'),
        }) }} as attributes
    from records

)

select * from issues
