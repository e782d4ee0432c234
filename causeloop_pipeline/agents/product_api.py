"""Calls the product's API for an agent, with the credentials of whoever the agent works for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from causeloop_pipeline.agents.wording import clean

AGENT_HEADER = "x-causeloop-agent"
TIMEOUT_SECONDS = 60.0


class ProductError(Exception):
    """The API refuses, with the reason for people and its code for programs."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


@dataclass(frozen=True)
class ProductApi:
    """The API over HTTP, or within the same process, for one caller."""

    client: httpx2.AsyncClient
    authorization: str = field(repr=False)
    agent: str
    """Who asks, such as `claude-code/1.2`: the audit log names it beside the person."""

    async def get(self, path: str, **params: Any) -> Any:
        """The answer to a read; parameters that are None are left out."""
        query = {name: value for name, value in params.items() if value is not None}
        return await self._send("GET", path, params=query)

    async def post(self, path: str, **body: Any) -> Any:
        """The answer to a POST; fields that are None are left out."""
        return await self._send("POST", path, json=_drop_none(body))

    async def patch(self, path: str, **body: Any) -> Any:
        """The answer to a PATCH; fields that are None are left out."""
        return await self._send("PATCH", path, json=_drop_none(body))

    async def _send(self, method: str, path: str, **content: Any) -> Any:
        headers = {"authorization": self.authorization, AGENT_HEADER: self.agent}
        try:
            response = await self.client.request(
                method, path, headers=headers, timeout=TIMEOUT_SECONDS, **content
            )
        except httpx2.HTTPError as error:
            raise ProductError(
                503, "unreachable", f"the API cannot be reached: {type(error).__name__}"
            ) from None
        if response.status_code >= 400:
            raise _read_problem(response)
        return response.json() if response.content else {}


def _drop_none(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _read_problem(response: httpx2.Response) -> ProductError:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    detail = clean(str(problem.get("detail") or f"the API answered {response.status_code}"), 400)
    return ProductError(response.status_code, str(problem.get("code") or "failed"), detail)
