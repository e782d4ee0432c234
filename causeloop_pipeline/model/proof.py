"""A proof: the test whether a claimed fix held for a pattern."""

from causeloop_pipeline.model.vocabulary import Vocabulary


class Verdict(Vocabulary):
    """What a proof says about a claimed fix.

    `share_held` is the share of a fix that counts as held, null where that is not known; the lower `rank`
    is the worse verdict, which counts where several patterns have one.
    """

    share_held: float | None
    rank: int

    HELD = "held", "held", "The fix held.", 1.0, 7
    PARTLY = "partly", "helped in part", "The fix helped in part.", 0.5, 3
    FAILED = "failed", "did not hold", "The fix did not hold.", 0.0, 1
    MOVED = "moved", "moved elsewhere", "The failures moved to another pattern.", 0.0, 2
    NOT_PROVABLE_YET = "not_provable_yet", "not provable yet", "It is too early to tell.", None, 6
    NO_EXPOSURE = "no_exposure", "no exposure yet", "Too little was observed to tell.", None, 5
    NO_SIGN = "no_sign", "no sign that it helped", "It recurs about as often as before.", None, 4

    def __init__(
        self,
        _value: str,
        _label: str = "",
        _meaning: str = "",
        share_held: float | None = None,
        rank: int = 0,
    ) -> None:
        """Set the attributes of a verdict."""
        self.share_held, self.rank = share_held, rank

    @property
    def is_final(self) -> bool:
        """Whether it decides if the fix held."""
        return self.share_held is not None

    @property
    def is_reopening(self) -> bool:
        """Whether the fix did not hold in full, so that another one is recommended."""
        return self.share_held is not None and self.share_held < 1

    @property
    def is_without_effect(self) -> bool:
        """Whether what was observed speaks against any effect of the fix, if only by odds."""
        return self.share_held == 0 or self is Verdict.NO_SIGN

    @property
    def tone(self) -> str:
        """How its mark is coloured: good, bad, doubtful, or open while there is nothing to see."""
        if self.share_held in {0, 1}:
            return "good" if self.share_held else "bad"
        return "doubtful" if self.is_reopening or self.is_without_effect else "open"


class ExposureUnit(Vocabulary):
    """What a rate is measured by: how often that which may fail was used."""

    EXECUTIONS = "executions", "executions", "Runs of a job or test."
    REQUESTS = "requests", "requests", "Requests to a service."
    DEPLOYS = "deploys", "deploys", "Deploys of a service."


class LeftOutReason(Vocabulary):
    """Why an occurrence says nothing of a claimed fix."""

    EARLIER_VERSION = "earlier_version", "of an earlier version", "It ran a version from before the fix."
    STATUS_PAGE = "status_page", "in an incident on a provider's status page", "The provider failed."
    MARKED = "marked", "marked as caused by a provider", "A person says that the provider caused it."


FINAL_VERDICTS = tuple(verdict for verdict in Verdict if verdict.is_final)
VERDICTS_WORST_FIRST = tuple(sorted(Verdict, key=lambda verdict: verdict.rank))
