{# The id of an issue. A firing has that of its row; where its start was learned later, that of the row that began within it;
   and the newest one that of the row from the time when its condition had a single issue. #}
{% macro issue_id_of(issue) -%}
    case
        when {{ issue }}.fired_at is null then core.issue_id({{ issue }}.workspace_id, {{ issue }}.source, {{ issue }}.external_id, {{ issue }}.site)
        else coalesce(
            (
                select i.issue_id
                from core.issue as i
                where i.workspace_id = {{ issue }}.workspace_id
                    and i.source = {{ issue }}.source
                    and i.external_id = {{ issue }}.external_id
                    and i.site = {{ issue }}.site
                    and (
                        i.fired_at >= {{ issue }}.fired_at and i.fired_at < coalesce({{ issue }}.next_fired_at, 'infinity')
                        or i.fired_at is null and {{ issue }}.is_last_firing
                    )
                order by i.fired_at
                limit 1
            ),
            core.issue_id({{ issue }}.workspace_id, {{ issue }}.source, {{ issue }}.external_id, {{ issue }}.site, {{ issue }}.fired_at)
        )
    end
{%- endmacro %}
