select * from {{ ref('int_issues__edited') }}
