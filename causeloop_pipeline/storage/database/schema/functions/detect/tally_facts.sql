-- The values of an issue that its pattern's tally counts, as a touch keeps them: kind and value.
create or replace function detect.tally_facts(i core.issue) returns jsonb
    language sql stable
as $$
    select jsonb_strip_nulls(to_jsonb(v)) from detect.tally_values(i) as v
$$;
