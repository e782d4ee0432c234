with records as (

    {{ records_to_process('custom_api', shape="kind <> 'normalized_change'") }}

),

issues as (

    {{ product_issue('records', 'custom_api') }}

)

select * from issues
