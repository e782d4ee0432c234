{{ newest_issues('select * from ' ~ ref('int_issues__mapped')) }}
