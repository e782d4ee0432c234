"""Why a request to another server failed: permanent failures need a person, transient ones need time."""

from datetime import timedelta


class OutsideFailure(Exception):  # noqa: N818 the product's word
    """An exchange failed; the message is for the person who set it up and never holds a credential."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class PermanentFailure(OutsideFailure):
    """Retrying cannot help: a person must change what the reason names."""


class TransientFailure(OutsideFailure):
    """The next attempt may succeed; `retry_after` is the server's requested wait."""

    def __init__(self, reason: str, status: int | None = None, retry_after: timedelta | None = None) -> None:
        super().__init__(reason, status)
        self.retry_after = retry_after
