"""The page on which an operator signs in to Dagster's webserver with the installation's token."""

from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope

SIGN_IN_PATH = "/sign-in"
FIELD, MAX_BODY_BYTES = "token", 4_096
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="causeloop dagster"'}
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
}
REFUSAL = '<p role="alert">That is not the token of this installation.</p>'
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to Dagster</title>
<style>
:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }}
body {{ margin: 15vh auto; max-width: 28rem; padding: 0 1rem }}
input, button {{ box-sizing: border-box; font: inherit; padding: .5rem .75rem; width: 100% }}
button {{ margin-top: 1rem }}
code {{ overflow-wrap: anywhere }}
</style>
</head>
<body>
<main>
<h1>Sign in to Dagster</h1>
{problem}
<form method="post" action="{action}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>
</form>
<p>The token of this installation is the content of <code>{token_path}</code> on its server.</p>
</main>
</body>
</html>
"""


def refuse_stranger(headers: Headers, token_path: Path, *, is_wrong: bool = False) -> Response:
    """The answer to a request without the token: a form to a browser, a line to a program."""
    if "text/html" not in headers.get("accept", ""):
        line = f"Sign in: open this address with ?token= and the content of {token_path}\n"
        return PlainTextResponse(line, 401, CHALLENGE)
    page = PAGE.format(
        problem=REFUSAL if is_wrong else "", action=SIGN_IN_PATH, token_path=escape(str(token_path))
    )
    return HTMLResponse(page, 401, {**CHALLENGE, **PAGE_HEADERS})


def is_sign_in(scope: Scope) -> bool:
    """Whether a request is the form of the page."""
    return (scope["type"], scope.get("method"), scope["path"]) == ("http", "POST", SIGN_IN_PATH)


async def read_presented_token(receive: Receive) -> str:
    """The token of the form; none of a body that is too long for one."""
    body = b""
    while len(body) <= MAX_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            fields: dict[str, list[str]] = parse_qs(body.decode("utf-8", "replace"))
            return fields.get(FIELD, [""])[0].strip()
    return ""
