"""Why an exchange with another server came to nothing, told apart by what helps: a person, or time."""

from datetime import timedelta


class OutsideFailure(Exception):  # noqa: N818 the product's word
    """An exchange failed; the message is for the person who set it up and never holds a credential."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class PermanentFailure(OutsideFailure):
    """Trying again cannot help: a person must change what the reason names."""


class TransientFailure(OutsideFailure):
    """The next attempt may well succeed; `retry_after` is what the other server itself asked for."""

    def __init__(self, reason: str, status: int | None = None, retry_after: timedelta | None = None) -> None:
        super().__init__(reason, status)
        self.retry_after = retry_after
