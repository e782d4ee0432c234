with records as (

    select *
    from {{ source('landing', 'postgresql') }}
    where source = 'postgresql'

)

{{ product_issue('records', 'postgresql') }}
