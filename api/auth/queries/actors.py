"""Names of actors: the people, service accounts and connectors that the history of things tells of."""


def select_name(actor: str) -> str:
    """The subquery for the name of an actor, given by its SQL expression; null: no longer here."""
    return f"""
        select coalesce(
            (
                select coalesce(u.name, u.email)
                from app.users as u
                where {actor} like 'user:%' and u.user_id::text = split_part({actor}, ':', 2)
            ),
            (
                select a.name
                from app.service_account as a
                where {actor} like 'service_account:%'
                    and a.service_account_id::text = split_part({actor}, ':', 2)
            ),
            (
                select acting.display_name
                from app.connector as acting
                where {actor} like 'connector:%'
                    and acting.connector_id::text = split_part({actor}, ':', 2)
            )
        )
    """
