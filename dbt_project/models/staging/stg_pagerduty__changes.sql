{# Change events have no type: their summary tells what was done. -#}
with records as (

    {{ landed('pagerduty', shape="kind = 'change'") }}

)

select
    {{ record_columns('pagerduty') }},
    {{ change_columns(
        kind="case
            when " ~ text_at('summary') ~ " ~* '\\mfeature.?flag|\\mflag\\M' then 'feature_flag'
            when " ~ text_at('summary') ~ " ~* '\\mconfig' then 'config_change'
            when " ~ text_at('summary') ~ " ~* '\\mdeploy|\\mroll(ed)?.?(out|back)' then 'deploy'
            when " ~ text_at('summary') ~ " ~* '\\mrelease' then 'release'
        end",
        title=text_at('summary'),
        service="coalesce(" ~ text_at('services.0.summary') ~ ", " ~ text_at('services.0.name') ~ ")",
        environment="coalesce(" ~ text_at('custom_details.environment') ~ ", " ~ text_at('custom_details.env') ~ ")",
        external_url="coalesce(" ~ text_at('links.0.href') ~ ", " ~ text_at('html_url') ~ ")",
        changed_at=instant_at('timestamp'),
    ) }}
from records
