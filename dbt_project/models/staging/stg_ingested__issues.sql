with records as (

    select *
    from {{ source('landing', 'custom_api') }}
    where kind = 'normalized' and source not in ('custom_api', 'postgresql')

)

{{ product_issue('records') }}
