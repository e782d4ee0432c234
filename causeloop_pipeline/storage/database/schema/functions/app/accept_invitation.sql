-- Makes an invited person a member by a link, which is used up; false where it no longer works. A new password is a
-- person's own where only they could see the link, and else opens the one organization that invites; none replaces one.
create or replace function app.accept_invitation(workspace uuid, person uuid, link_hash bytea, new_hash text) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
declare
    was_private boolean;
    organization uuid;
begin
    delete from app.invitation
    where workspace_id = workspace and user_id = person and token_hash = link_hash and expires_at > now()
    returning is_private into was_private;
    if not found then
        return false;
    end if;
    if new_hash is not null then
        perform from app.users where user_id = person for update;
        if was_private then
            perform app.prove_address(person);
        else
            perform from app.users where user_id = person and proven_at is null;
            if not found then
                raise unique_violation using message = 'a person who has proven the address has come in otherwise';
            end if;
            select w.organization_id into strict organization from app.workspace as w where w.workspace_id = workspace;
        end if;
        insert into app.user_password (user_id, password_hash, organization_id)
        values (person, new_hash, organization);
    end if;
    update app.membership set status = 'active'
    where workspace_id = workspace and user_id = person and status = 'invited';
    if not found then
        raise unique_violation using message = 'the membership is no longer an invitation';
    end if;
    insert into app.audit_log (workspace_id, actor, action, subject)
    values (workspace, 'user:' || person, 'invitation.accepted', 'user:' || person);
    return true;
end
$$;
revoke execute on function app.accept_invitation from public;
grant execute on function app.accept_invitation to causeloop_api;
