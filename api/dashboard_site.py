"""Serves the dashboard at `/` and the API reference at `/docs`, all with the same strict security policy.

Both come from this installation alone: a script of another origin could read the dashboard's session. The
page names the dashboard's files by a version that changes with any of them, so that browsers may keep them.
"""

import hashlib
import time
from functools import cache, lru_cache
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from api.auth.browser_cookies import read_session_cookie
from api.dashboard_page import FOLDER, VERSION_PREFIX, write_page
from api.dashboard_vocabulary import write_vocabulary

REFERENCE_FOLDER = Path(__file__).parent / "reference"
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
VOCABULARY = "lib/vocabulary.js"
FOR_EVER = "public, max-age=31536000, immutable"


class PageFiles(StaticFiles):
    """Files with the page's security headers; browsers revalidate them, except under the versioned path."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Respond with one file."""
        prefix, _, rest = path.partition("/")
        is_versioned = prefix.startswith(VERSION_PREFIX) and rest != ""
        response = await self.read_file(rest if is_versioned else path, scope)
        response.headers.update(HEADERS)
        if is_versioned and prefix == f"{VERSION_PREFIX}{compute_version()}":
            response.headers["Cache-Control"] = FOR_EVER
        return response

    async def read_file(self, path: str, scope: Scope) -> Response:
        """The response with a file's content, without the shared headers."""
        return await super().get_response(path, scope)


class DashboardFiles(PageFiles):
    """The dashboard's files, and the module of vocabularies, which is written when the API starts."""

    async def read_file(self, path: str, scope: Scope) -> Response:
        """The response with a file's content, without the shared headers."""
        if path != VOCABULARY or scope["method"] not in ("GET", "HEAD"):
            return await super().read_file(path, scope)
        content = read_vocabulary()
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        response = Response(content, media_type="text/javascript", headers={"ETag": tag})
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response


@cache
def read_vocabulary() -> bytes:
    """The module of vocabularies as it is served."""
    return write_vocabulary().encode()


def compute_version() -> str:
    """A digest of all files of the dashboard, at most a second old."""
    return _compute_version(int(time.monotonic()))


@lru_cache(maxsize=1)
def _compute_version(_second: int) -> str:
    digest = hashlib.sha256(read_vocabulary())
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            state = path.stat()
            digest.update(f"{path.relative_to(FOLDER)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:12]


async def read_dashboard(request: Request) -> Response:
    """Respond with the page, which names its files by their version."""
    page = write_page(compute_version(), is_signed_in=read_session_cookie(request) is not None)
    return HTMLResponse(page, headers=HEADERS)


async def read_reference(_request: Request) -> Response:
    """Respond with the page of the API reference."""
    return FileResponse(REFERENCE_FOLDER / "index.html", headers=HEADERS)


def install(app: FastAPI) -> None:
    """Register the routes of the dashboard and the API reference."""
    app.add_route("/", read_dashboard, include_in_schema=False)
    app.add_route("/docs", read_reference, include_in_schema=False)
    app.mount("/dashboard", DashboardFiles(directory=FOLDER), name="dashboard")
    app.mount("/reference", PageFiles(directory=REFERENCE_FOLDER), name="reference")
