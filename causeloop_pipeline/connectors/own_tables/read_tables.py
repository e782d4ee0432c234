"""Which tables a query reads."""

from hashlib import sha256


def list_tables(query: str, dialect: str) -> list[str]:
    """The tables of a query in one spelling; a digest of what names none."""
    import sqlglot  # a second of start-up, for connectors that have a query
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(query, read=dialect)
    except (SqlglotError, RecursionError):
        return [_digest(query)]
    named = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    tables = {
        ".".join(part.name for part in table.parts).lower()
        for table in tree.find_all(exp.Table)
        if table.name
    }
    return sorted(tables - named) or [_digest(query)]


def _digest(query: str) -> str:
    return sha256(" ".join(query.split()).encode()).hexdigest()[:16]
