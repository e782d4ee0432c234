-- What a request presents to find its own row before its workspace is known.
create or replace function app.claimed_id(what text) returns uuid
    language sql stable parallel safe
    return nullif(current_setting('causeloop.' || what, true), '')::uuid;
