with records as (

    {{ landed('custom_api', shape="r.kind = 'normalized_change'", own=false) }}

)

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
