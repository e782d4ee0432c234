create or replace function core.set_words() returns trigger
    language plpgsql
as $$
begin
    new.words := to_tsvector('simple', new.title || ' ' || coalesce(left(new.body, 20000), ''));
    return new;
end
$$;
