{# Inserts new rows and updates older ones: the cost depends on the new rows, not on the size of the table.

   Only the declared columns are written; those that later stages write stay as they are. `meta.newer_by` of the model
   names the column that decides which row is newer; without it a row is written where it differs. `meta.assignments` are
   the columns with a rule of their own. Rows of a key `meta.replaced_by` are deleted where the incoming ones of that key
   no longer hold them. #}
{% macro insert_or_update(mart, target, incoming, replaces=true) -%}
    {%- set columns = mart.columns | list -%}
    {%- set key = mart.config.unique_key -%}
    {%- set others = columns | reject('in', key) | list -%}
    with incoming as materialized (
        select {{ columns | join(', ') }}
        from ({{ incoming }}) as selected
    )
    {%- if replaces and mart.config.meta.replaced_by %}, {{ delete_replaced(target, key, mart.config.meta.replaced_by) }} {%- endif %}
    insert into {{ target }} as t ({{ columns | join(', ') }})
    select {{ columns | join(', ') }}
    from incoming
    on conflict ({{ key | join(', ') }}) do update set
        {% for column in others -%}
            {{ column }} = {{ mart.config.meta.assignments.get(column, 'excluded.' ~ column) }}
            {{- ',' if not loop.last }}
        {% endfor -%}
    {%- if mart.config.meta.newer_by %}
    where excluded.{{ mart.config.meta.newer_by }} >= t.{{ mart.config.meta.newer_by }}
        {%- if mart.config.meta.always_newer %} or {{ mart.config.meta.always_newer }} {%- endif %}
    {%- else %}
    where (t.{{ others | join(', t.') }}) is distinct from (excluded.{{ others | join(', excluded.') }})
    {%- endif %}
{%- endmacro %}


{# A look at the rows of each incoming key, however large the table: `offset 0` keeps it one of an index. #}
{% macro delete_replaced(target, key, replaced_by) -%}
    gone as (
        delete from {{ target }} as t
        using (
            select stored.{{ key | join(', stored.') }}
            from (select distinct {{ replaced_by | join(', ') }} from incoming) as touched
            cross join lateral (
                select o.{{ key | join(', o.') }}
                from {{ target }} as o
                where {% for column in replaced_by %}o.{{ column }} = touched.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
                offset 0
            ) as stored
            where not exists (
                select from incoming
                where {% for column in key %}incoming.{{ column }} = stored.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
            )
        ) as replaced
        where {% for column in key %}t.{{ column }} = replaced.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    )
{%- endmacro %}


{# dbt's own materialization may also create, swap or widen the table, and asks the catalog for each: ten statements of
   no use here, where migrations make the tables and a run has no right to. #}
{% materialization incremental, adapter='postgres' -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {{ insert_or_update(model, target, sql) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}


{# The same statement as a function, for the API: an issue made by hand is there at once, and is what a run makes of it. The API
   deletes no issue: what a person reports has no firings. #}
{% macro create_merge_function(mart_name, replaces=true) -%}
    {%- if execute -%}
        {%- set mart = graph.nodes['model.' ~ project_name ~ '.' ~ mart_name] -%}
        create or replace function {{ this.schema }}.merge_{{ mart_name }}s() returns void
            language sql
        as $merge$
        {{ insert_or_update(mart, mart.schema ~ '.' ~ mart.alias, 'select * from ' ~ this, replaces) }}
        $merge$;
        revoke all on function {{ this.schema }}.merge_{{ mart_name }}s() from public;
        grant execute on function {{ this.schema }}.merge_{{ mart_name }}s() to causeloop_api
    {%- endif -%}
{%- endmacro %}
