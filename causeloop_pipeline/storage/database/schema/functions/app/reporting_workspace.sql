create or replace function app.reporting_workspace() returns uuid
    language sql stable parallel safe
    return (select l.workspace_id from app.reporting_login as l where l.login = current_user::text);
comment on function app.reporting_workspace is
    'The workspace of the login that asks; null: it is not a login for BI.';
revoke execute on function app.reporting_workspace from public;
