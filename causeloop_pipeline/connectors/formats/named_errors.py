"""The error that a person names in the text of a ticket; that it is a bug says nothing of the cause."""

from causeloop_pipeline.connectors.mapping.expressions import Match

ERROR_NAME = r"\b((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception))\b"


def find_error(*texts: str) -> tuple[Match, ...]:
    """The first error that is named in one of some texts."""
    return tuple(Match(text, ERROR_NAME) for text in texts)
