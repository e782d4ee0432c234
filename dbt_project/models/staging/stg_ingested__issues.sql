with records as (

    {{ records_to_process('custom_api', shape="r.kind = 'normalized' and r.source not in ('custom_api', 'postgresql')", own=false) }}

),

issues as (

    {{ product_issue('records') }}

)

select * from issues
