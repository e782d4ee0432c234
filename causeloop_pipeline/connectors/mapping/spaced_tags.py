"""Tags that a tool writes as one text with spaces between them, such as `service:checkout env:production`."""

from causeloop_pipeline.connectors.mapping.expressions import Match


def match_tag(path: str, names: str) -> Match:
    """The value of the first tag with one of the names, which are a regular expression as for `Tag`."""
    return Match(path, rf"(?:^|[\s,])(?:{names})[:=]([^\s,]+)")
