"""Writes the page of the dashboard: the files by their version, and what a browser will soon ask for.

Scripts import scripts that import others, and what they ask the API waits for all of them. The page names all
at once: the scripts that every screen needs, those of each screen, for which `preload.js` asks, and the
answers that say who is signed in.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

FOLDER = (Path(__file__).parent / "dashboard").resolve()
ENTRY = "main.js"
VERSION_PREFIX = "v-"
READ_BY_ALL, READ_BY_MEMBERS = ("v1/auth/browser",), ("v1/me", "v1/workspace")

IMPORT = re.compile(r"""^(?:import|export) (?:[^;"']*? from )?["'](\.[^"']+)["'];$""", re.MULTILINE)
ROW = re.compile(r"""\bpath: "([^"]+)",\s+load: (\w+)""")
LOADED = re.compile(
    r"""^export const (\w+) = async \(\) =>\s+\(await import\("\./([^"]+)"\)\)""", re.MULTILINE
)


@lru_cache(maxsize=2)
def write_page(version: str, *, is_signed_in: bool) -> str:
    """The page for a browser that has a session's cookie, or has none."""
    first = list_scripts([ENTRY])
    requested = READ_BY_ALL + (READ_BY_MEMBERS if is_signed_in else ())
    lines = (
        *(f'<link rel="modulepreload" href="dashboard/{name}" />' for name in first),
        *(f'<link rel="preload" as="fetch" href="{path}" crossorigin />' for path in requested),
        f'<script type="application/json" id="scripts-of-screens">{_write_screens(first)}</script>',
    )
    page = (FOLDER / "index.html").read_text().replace("<!-- preloads -->", "\n    ".join(lines))
    return page.replace('="dashboard/', f'="dashboard/{VERSION_PREFIX}{version}/')


def list_scripts(names: Iterable[str]) -> list[str]:
    """These scripts and all that they import at once, in the order in which a browser finds them."""
    scripts = [FOLDER / name for name in names]
    for script in scripts:  # it grows meanwhile
        scripts += [each for each in dict.fromkeys(_list_imports(script)) if each not in scripts]
    return [script.relative_to(FOLDER).as_posix() for script in scripts]


def list_screens() -> dict[str, str]:
    """The script of each screen, by the screen's path in the table of `routes.js`."""
    loaded = dict(LOADED.findall((FOLDER / "screen_scripts.js").read_text()))
    return {path: loaded[load] for path, load in ROW.findall((FOLDER / "routes.js").read_text())}


def _write_screens(first: list[str]) -> str:
    scripts = {
        path: [name for name in list_scripts([script]) if name not in first]
        for path, script in list_screens().items()
    }
    return json.dumps(scripts, separators=(",", ":"))


def _list_imports(script: Path) -> list[Path]:
    # The module of vocabularies is in no file, and imports nothing.
    names = IMPORT.findall(script.read_text()) if script.is_file() else ()
    return [(script.parent / name).resolve() for name in names]
