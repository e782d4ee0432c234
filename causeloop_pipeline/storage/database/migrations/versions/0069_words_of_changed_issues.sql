-- Of a table with a trigger before updates, PostgreSQL makes a generated column again in each update. An issue is updated
-- whenever its pattern or its risk changes, and its words change with its text alone.
alter table core.issue alter column words drop expression;

create function core.set_words() returns trigger
    language plpgsql
as $$
begin
    new.words := to_tsvector('simple', new.title || ' ' || coalesce(left(new.body, 20000), ''));
    return new;
end
$$;
create trigger set_words_of_new
    before insert on core.issue
    for each row
    execute function core.set_words();
create trigger set_words_of_changed
    before update on core.issue
    for each row
    when (old.title is distinct from new.title or old.body is distinct from new.body)
    execute function core.set_words();
