"""Errors in the form that identity providers read (RFC 7644, section 3.12)."""

from fastapi import Response
from scim2_models import Error

MEDIA_TYPE = "application/scim+json"


class RefusedError(Exception):
    """A request of an identity provider that is answered with an error."""

    @property
    def error(self) -> Error:
        """The error, as SCIM describes it."""
        error: Error = self.args[0]
        return error


def answer_error(
    status: int, detail: str, scim_type: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """An error with its status and its SCIM error type."""
    return answer(Error(status=status, detail=detail, scim_type=scim_type), headers)


def answer(error: Error, headers: dict[str, str] | None = None) -> Response:
    """An error as a SCIM response."""
    return Response(error.model_dump_json(), error.status or 400, headers, media_type=MEDIA_TYPE)
