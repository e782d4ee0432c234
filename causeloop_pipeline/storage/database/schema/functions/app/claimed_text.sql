-- What a request presents to find a person before any workspace is known.
create or replace function app.claimed_text(what text) returns text
    language sql stable parallel safe
    return nullif(current_setting('causeloop.' || what, true), '');
revoke execute on function app.claimed_text from public;
grant execute on function app.claimed_text to causeloop_api;
