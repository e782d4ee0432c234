"""The alert documents of the Elastic Stack, whose keys have dots or are nested objects."""


def list_spellings(field: str, prefix: str) -> tuple[str, str]:
    """A field of an alert in both spellings: one key with dots, or nested objects."""
    dotted = field.replace(".", r"\.")
    return f"{prefix}{dotted}", f"{prefix}{field}"


def list_paths(prefix: str, *fields: str) -> tuple[str, ...]:
    """All paths at which one of several fields may be, the likeliest first."""
    return tuple(path for field in fields for path in list_spellings(field, prefix))
