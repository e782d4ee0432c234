"""How `causeloop up` serves the API."""

from pathlib import Path

import httpx2
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.main import main as uvicorn_command

from api.auth.address_limits import read_address
from api.main import create_app
from causeloop_pipeline.cli.servers import build_commands
from causeloop_pipeline.settings import Settings
from tests.api.conftest import serving
from tests.conftest import Installation


def test_nobody_can_name_another_address_than_his_own(installation: Installation, tmp_path: Path) -> None:
    command = build_commands(Settings(), tmp_path / "workspace.yaml", tmp_path / "socket", demo=False)["api"]
    context = uvicorn_command.make_context("uvicorn", command[command.index("uvicorn") + 1 :])
    options = {name: context.params[name] for name in ("proxy_headers", "limit_concurrency", "http")}
    app = create_app()
    seen: list[str] = []

    async def note_address(request: Request) -> Response:
        seen.append(read_address(request))
        return Response()

    app.add_route("/address", note_address)

    with serving(app, **options) as url:
        httpx2.get(f"{url}/address", headers={"x-forwarded-for": "203.0.113.7"})

    assert seen == ["127.0.0.1"]
