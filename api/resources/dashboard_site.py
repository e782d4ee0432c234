"""Serves the dashboard at `/` and the API reference at `/docs`, all with the same strict security policy.

Both come from this installation alone: a script of another origin could read the dashboard's session.
"""

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[1] / "dashboard"
REFERENCE_FOLDER = Path(__file__).parents[1] / "reference"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}


class DashboardFiles(StaticFiles):
    """The dashboard's files with the page's security headers; browsers revalidate them on every use."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Respond with one file."""
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


async def read_dashboard(_request: Request) -> Response:
    """Respond with the page."""
    return FileResponse(FOLDER / "index.html", headers=HEADERS)


async def read_reference(_request: Request) -> Response:
    """Respond with the page of the API reference."""
    return FileResponse(REFERENCE_FOLDER / "index.html", headers=HEADERS)


def install(app: FastAPI) -> None:
    """Let the application serve the dashboard and the API reference."""
    app.add_route("/", read_dashboard, include_in_schema=False)
    app.add_route("/docs", read_reference, include_in_schema=False)
    app.mount("/dashboard", DashboardFiles(directory=FOLDER), name="dashboard")
    app.mount("/reference", DashboardFiles(directory=REFERENCE_FOLDER), name="reference")
