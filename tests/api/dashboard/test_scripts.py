"""The scripts of the dashboard: each is used, and none reads text as code or another origin."""

import re
from collections.abc import Iterator
from pathlib import Path

from api.dashboard_page import FOLDER
from api.dashboard_site import VOCABULARY
from api.dashboard_vocabulary import write_vocabulary
from tests.api.dashboard.scripts import FILES, SCRIPTS, VENDORED, read_code
from tests.offenders import assert_no_offenders

VOCABULARY_PATH = FOLDER / VOCABULARY
IMPORT = re.compile(r"""^import [^;"']*["']([^"']+)["'];$""", re.MULTILINE)
IMPORT_LATER = re.compile(r"""\bimport\(["']([^"']+)["']\)""")
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|const|class) (\w+)", re.MULTILINE)
CODE_FROM_TEXT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc"
    r"|\beval\b|new Function|setTimeout\(\s*[\"'`]|setHTML|localStorage|document\.cookie"
)


def find_imports(text: str) -> list[str]:
    """The modules that a script imports, at once or later."""
    return IMPORT.findall(text) + IMPORT_LATER.findall(text)


def read_module(path: Path) -> str:
    """A module's text; that of the vocabularies is in no file."""
    return write_vocabulary() if path.resolve() == VOCABULARY_PATH else path.read_text()


def is_there(path: Path) -> bool:
    """Whether the API serves a module."""
    return path.is_file() or path.resolve() == VOCABULARY_PATH


def test_every_module_that_a_script_imports_exists() -> None:
    for script in SCRIPTS:
        text = read_code(script)
        modules = find_imports(text)
        assert len(modules) == len(re.findall(r"^import\b|\bimport\(", text, re.MULTILINE)), script.name
        for module in modules:
            assert module.startswith("."), f"{script.name} imports {module} from elsewhere"
            assert is_there(script.parent / module), f"{script.name} imports {module}, which does not exist"


def test_every_imported_name_is_exported_there_and_used_here() -> None:
    for script in SCRIPTS:
        text = read_code(script)
        for names, module in re.findall(r"""^import \{([^}]*)\} from "(\.[^"]+)";$""", text, re.MULTILINE):
            offered = EXPORT.findall(read_module(script.parent / module))
            for name in filter(None, map(str.strip, names.split(","))):
                assert name in offered, f"{script.name} imports {name}, which {module} does not export"
                assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{script.name} imports {name} for nothing"


def test_every_script_and_style_is_used() -> None:
    page = (FOLDER / "index.html").read_text()
    reached, waiting = set(), [FOLDER / name for name in re.findall(r'src="dashboard/([^"]+)"', page)]
    while waiting:
        script = waiting.pop()
        if script not in reached:
            reached.add(script)
            waiting += [
                (script.parent / module).resolve()
                for module in find_imports(read_code(script) if script != VOCABULARY_PATH else "")
                if script.parent != VENDORED
            ]
    assert reached == {VOCABULARY_PATH, *SCRIPTS, *VENDORED.glob("*js")}
    assert all(f"dashboard/styles/{style.name}" in page for style in FOLDER.rglob("*.css"))


def test_no_file_refers_to_another_origin() -> None:
    harmless = re.compile(r"www\.w3\.org/|\.example$")  # names of formats, and RFC 2606's of nobody

    def find_problems(path: Path) -> Iterator[str]:
        for address in re.findall(r"""(?:https?:|["'`(=])//[\w.-]+\.\w[^\s"'`)]*""", read_code(path)):
            if not harmless.search(address):
                yield f"refers to {address}"
        yield from re.findall(r"@import|url\(", read_code(path))

    assert_no_offenders(FILES, find_problems)


def test_no_script_reads_text_as_code_or_markup_or_stores_beyond_the_tab() -> None:
    def find_problems(path: Path) -> Iterator[str]:
        allowed = {"localStorage"} if path.name == "theme.js" else set()
        yield from set(CODE_FROM_TEXT.findall(read_code(path))) - allowed

    assert_no_offenders(SCRIPTS, find_problems)


def test_the_page_has_no_inline_script_and_no_inline_style() -> None:
    page = (FOLDER / "index.html").read_text()
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", page)
    assert set(re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)) == {""}
    for script in SCRIPTS:
        assert not re.search(r"\bstyle:|\"style\"|'style'", read_code(script)), script.name
