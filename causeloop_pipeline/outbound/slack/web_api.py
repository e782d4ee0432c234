"""Calls Slack's Web API with a workspace's bot token, which goes to the configured host and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from causeloop_pipeline.connectors.spec import RateLimit
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.http import Limits, Request, Response, exchange, require_success
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.retry_policy import read_retry_after

NAME = "Slack"
LIMITS = Limits(silence_seconds=10.0, answer_seconds=10.0, max_bytes=4_000_000)
TOO_MANY = 429
TRANSIENT = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
NOT_ACCEPTED = "its bot token is no longer accepted: enter a new one under Settings → Slack"
ADVICE = {
    "invalid_auth": NOT_ACCEPTED,
    "not_authed": NOT_ACCEPTED,
    "account_inactive": NOT_ACCEPTED,
    "token_revoked": NOT_ACCEPTED,
    "token_expired": NOT_ACCEPTED,
    "channel_not_found": "there is no such channel, or the app is not in it: /invite @Causeloop there",
    "not_in_channel": "the app is not in the channel: /invite @Causeloop there",
    "is_archived": "the channel is archived: choose another one under Settings → Slack",
    "missing_scope": "the app lacks a permission: update it by the manifest, and install it again",
}
"""What a person must change, by Slack's error."""
ABOUT_APP = frozenset(ADVICE)


class SlackRefusal(PermanentFailure):
    """Slack's own error, which repeating does not end."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(f"{NAME}: {ADVICE.get(error, f'{method} is refused ({error[:60]})')}")
        self.error = error


@dataclass(frozen=True)
class SlackPerson:
    """A person as Slack has them; `email` is None where Slack has not confirmed it."""

    user_id: str
    email: str | None


@dataclass(frozen=True)
class SlackApi:
    """The Web API with one bot token."""

    url: str
    token: str = field(repr=False)
    egress: EgressPolicy

    def post(self, method: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """What a method that takes JSON answers."""
        return self._call(method, orjson.dumps(dict(document)), "application/json; charset=utf-8")

    def ask(self, method: str, **arguments: str) -> dict[str, Any]:
        """What a method that reads answers; most of these take a form only."""
        return self._call(method, urlencode(arguments).encode(), "application/x-www-form-urlencoded")

    def find_person(self, user_id: str, team_id: str) -> SlackPerson:
        """A person of the app's own team, with the address that Slack has confirmed."""
        user = self.ask("users.info", user=user_id).get("user") or {}
        is_own = user.get("team_id") == team_id and not user.get("deleted") and not user.get("is_bot")
        is_own = is_own and not user.get("is_stranger")
        email = (user.get("profile") or {}).get("email")
        is_confirmed = bool(is_own and user.get("is_email_confirmed") and isinstance(email, str) and email)
        return SlackPerson(user_id, str(email).strip().lower() if is_confirmed else None)

    def _call(self, method: str, content: bytes, content_type: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
        request = Request(NAME, "POST", f"{self.url.rstrip('/')}/api/{method}", headers, content)
        answer = _read_answer(request, exchange(request, self.egress, LIMITS))
        if answer.get("ok") is not True:
            raise _build_refusal(method, str(answer.get("error")))
        return answer


def list_receivers(slack_url: str) -> frozenset[str]:
    """The origins that answers are sent to: Slack's own, and that of its addresses for answers."""
    split = urlsplit(slack_url)
    return frozenset({f"{split.scheme}://{split.netloc}", f"{split.scheme}://hooks.{split.netloc}"})


def answer_person(slack_url: str, egress: EgressPolicy, response_url: str, text: str) -> None:
    """Send what only one person sees to the address that came with their click or command."""
    split = urlsplit(response_url)
    if f"{split.scheme}://{split.netloc}" not in list_receivers(slack_url):
        raise PermanentFailure(f"{NAME} named an address for answers that is not its own")
    content = orjson.dumps({"response_type": "ephemeral", "replace_original": False, "text": text})
    request = Request(NAME, "POST", response_url, {"Content-Type": "application/json"}, content)
    require_success(request, exchange(request, egress, LIMITS))


def _read_answer(request: Request, response: Response) -> dict[str, Any]:
    if response.status == TOO_MANY:
        wait = read_retry_after(RateLimit(), response.headers, datetime.now(UTC))
        raise TransientFailure(f"{NAME} asks us to wait", response.status, wait)
    require_success(request, response)
    try:
        answer = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise TransientFailure(f"{NAME} answered no JSON: is CAUSELOOP_SLACK_URL right?")
    return answer


def _build_refusal(method: str, error: str) -> OutsideFailure:
    if error in TRANSIENT:
        return TransientFailure(f"{NAME} is out of order ({error})")
    return SlackRefusal(method, error)
