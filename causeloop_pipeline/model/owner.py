"""Who owns what, and how that is known."""

from causeloop_pipeline.model.vocabulary import Vocabulary


class OwnedKind(Vocabulary):
    """What has an owner: that of a service owns its patterns, and that of a pattern its recommendations."""

    SERVICE = "service"
    PATTERN = "pattern"
    RECOMMENDATION = "recommendation"


class OwnerSource(Vocabulary):
    """How an owner is known; what stands first counts first."""

    PERSON = "person", "set by hand"
    CODEOWNERS = "codeowners", "from CODEOWNERS"
    TOOLS = "tools", "as the tools' records name the team"
