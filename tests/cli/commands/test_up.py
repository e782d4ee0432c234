"""How `causeloop up` serves the API."""

from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from api.__main__ import main
from api.auth.address_limits import read_address
from api.main import create_app
from tests.api.conftest import serving
from tests.conftest import Installation


def test_nobody_can_name_another_address_than_his_own(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {}
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "")
    monkeypatch.setattr(uvicorn, "run", lambda _app, **served: options.update(served))
    main()
    app = create_app()
    seen: list[str] = []

    async def note_address(request: Request) -> Response:
        seen.append(read_address(request))
        return Response()

    app.add_route("/address", note_address)

    believed = {name: options[name] for name in ("forwarded_allow_ips", "http")}
    with serving(app, **believed) as url:
        httpx2.get(f"{url}/address", headers={"x-forwarded-for": "203.0.113.7"})

    assert seen == ["127.0.0.1"]
