-- The last place that sees a time zone, whoever sets it: a workspace in a zone that does not exist could never be analyzed.
create or replace function app.refuse_unknown_timezone() returns trigger
    language plpgsql
as $$
begin
    perform now() at time zone new.timezone;
    return new;
exception when invalid_parameter_value then
    raise check_violation using
        message = format('there is no time zone %L: use one such as Europe/Berlin', new.timezone),
        constraint = 'workspace_timezone_exists';
end
$$;
