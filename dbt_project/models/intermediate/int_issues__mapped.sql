{{ map_issues('select * from ' ~ ref('int_issues__unioned')) }}
