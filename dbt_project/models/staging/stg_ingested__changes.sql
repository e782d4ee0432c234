with records as (

    {{ records_to_process('custom_api', shape="r.kind = 'normalized_change'", own=false) }}

),

changes as (

    select
        {{ record_columns() }},
        {{ change_columns(
            kind=text_at('kind'),
            title=text_at('title'),
            service=text_at('service'),
            environment=text_at('environment'),
            external_url=text_at('external_url'),
            changed_at=instant_at('changed_at'),
        ) }}
    from records

)

select * from changes
