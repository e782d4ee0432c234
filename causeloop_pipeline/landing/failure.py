"""Why a sync stopped, told apart by what helps: a person, or time."""

from datetime import timedelta


class LandingFailure(Exception):  # noqa: N818 the product's word
    """A sync stopped; the message is for the person who owns the connector and never holds a credential."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class PermanentFailure(LandingFailure):
    """Trying again cannot help: a person must change what the reason names."""


class TransientFailure(LandingFailure):
    """The next sync may well succeed; `retry_after` is what the tool itself asked for."""

    def __init__(self, reason: str, status: int | None = None, retry_after: timedelta | None = None) -> None:
        super().__init__(reason, status)
        self.retry_after = retry_after
