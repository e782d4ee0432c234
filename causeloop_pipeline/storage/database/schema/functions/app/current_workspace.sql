-- The API serves one workspace at a time. After a commit a local setting is '', not null.
create or replace function app.current_workspace() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('causeloop.workspace', true), '')::uuid;
