"""Serves the dashboard at `/` and the API reference at `/docs`, all with the same strict security policy.

Both come from this installation alone: a script of another origin could read the dashboard's session. The
page names the dashboard's files by a version that changes with any of them, so that browsers may keep them.
"""

import hashlib
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
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
VERSION_PREFIX = "v-"
FOR_EVER = "public, max-age=31536000, immutable"


class DashboardFiles(StaticFiles):
    """Files with the page's security headers; browsers revalidate them, except under the present version."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Respond with one file."""
        prefix, _, rest = path.partition("/")
        is_versioned = prefix.startswith(VERSION_PREFIX) and rest != ""
        response = await super().get_response(rest if is_versioned else path, scope)
        response.headers.update(HEADERS)
        if is_versioned and prefix == f"{VERSION_PREFIX}{compute_version()}":
            response.headers["Cache-Control"] = FOR_EVER
        return response


def compute_version() -> str:
    """What changes with any file of the dashboard."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            state = path.stat()
            digest.update(f"{path.relative_to(FOLDER)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:12]


async def read_dashboard(_request: Request) -> Response:
    """Respond with the page, which names its files by their version."""
    page = (FOLDER / "index.html").read_text()
    versioned = f'="dashboard/{VERSION_PREFIX}{compute_version()}/'
    return HTMLResponse(page.replace('="dashboard/', versioned), headers=HEADERS)


async def read_reference(_request: Request) -> Response:
    """Respond with the page of the API reference."""
    return FileResponse(REFERENCE_FOLDER / "index.html", headers=HEADERS)


def install(app: FastAPI) -> None:
    """Let the application serve the dashboard and the API reference."""
    app.add_route("/", read_dashboard, include_in_schema=False)
    app.add_route("/docs", read_reference, include_in_schema=False)
    app.mount("/dashboard", DashboardFiles(directory=FOLDER), name="dashboard")
    app.mount("/reference", DashboardFiles(directory=REFERENCE_FOLDER), name="reference")
