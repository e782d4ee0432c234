create or replace function detect.set_words() returns trigger
    language plpgsql
as $$
begin
    new.words := to_tsvector('simple', new.name);
    return new;
end
$$;
