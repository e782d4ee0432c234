with records as (

    select *
    from {{ source('landing', 'custom_api') }}
    where source = 'custom_api'

)

{{ product_issue('records', 'custom_api') }}
