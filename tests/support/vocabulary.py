"""Finds words that the glossary replaced, in code, SQL, scripts and documents.

`python -m tests.support.vocabulary [PATH …]` prints them.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = {".py", ".sql", ".js", ".html", ".css", ".md", ".yml", ".yaml", ".toml"}
CODE = ("causeloop_pipeline", "api", "dbt_project", "bench", "manual", "packages", "tests")
FOLDERS = (*CODE, "docs", "deploy", ".github")

REPLACED = {
    "anew": "full_recompute, again",
    "asked": "requested, query",
    "attend": "sync",
    "barred": "excluded",
    "blind": "observation_gap",
    "blindness": "outage",
    "blotted": "redacted",
    "bodied": "has_body",
    "checkup": "doctor",
    "door": "channel",
    "doors": "channels",
    "forget": "delete, purge",
    "forgets": "deletes",
    "forgotten": "deleted",
    "founder": "first_issue",
    "furnish": "initialize",
    "happened": "outcome, occurred",
    "heard": "is_available",
    "learnt": "learned, trained",
    "likeness": "similarity",
    "likenesses": "similarities",
    "mates": "neighbours",
    "mend": "fix",
    "mended": "fixed",
    "mending": "resolving",
    "mends": "fixes",
    "mute": "no_text",
    "newcomer": "new_issue",
    "newcomers": "new_issues",
    "patience": "retry_policy",
    "portrait": "summary",
    "portraits": "summaries",
    "postman": "delivery_settings",
    "said": "issued, predicted",
    "seldom": "rarely",
    "spoken": "issued",
    "struck": "occurred",
    "told": "text, message",
    "tidings": "updates",
    "unheard": "unassigned",
    "unproven": "invalid_signature",
    "wordless": "no_text",
    "worded": "rephrased",
}
"""Words that are wrong everywhere, and the term to use instead."""

REPLACED_NAMES = {
    "found": "name the thing that was found",
    "given": "name the thing",
    "known": "name the thing that is known",
    "kept": "name the thing that is kept",
    "mine": "is_window, own_rows",
    "shown": "displayed, visible",
    "one": "name the element",
    "face": "summary",
    "faces": "summaries",
    "drawn": "chart",
    "remark": "finding",
    "remarks": "findings",
    "picture": "chart, preview",
    "pictures": "charts, previews",
}
"""Words that are fine in a sentence but meaningless as a name."""

PHRASES = {
    r"\bways? in\b(?! which)": "ingestion",
    r"\bput right\b": "fixed",
    r"\bcomes? to pass\b": "occurs",
    r"\bin small letters\b": "lower-case",
    r"\bgo(es)? on working\b": "keeps working",
    r"\b(is|are) known by\b": "is identified by",
    r"\bfor so long\b": "this long, long enough",
    r"\bsays? nothing any more\b": "stopped responding",
    r"\bwhatever (its|their) standing\b": "even if suspended",
}
WORD, CAMEL_CASE = re.compile(r"[A-Za-z]+"), re.compile(r"([a-z])([A-Z])")
COMPILED_PHRASES = tuple(re.compile(phrase, re.IGNORECASE) for phrase in PHRASES)
QUANTIFIERS = re.compile(
    r"^_?(LEAST|MOST|LONGEST|SHORTEST|LARGEST|SMALLEST|FEWEST)(_|$)|^_?(SURE|FEW|MANY|SMALL|BIG)$"
)
PARTICIPLES = frozenset(
    re.split(
        r"\s+",
        """asked begun bound bought brought built chosen done drawn fed felt found given gone got had heard
        held kept known laid led left lost made meant met paid put said seen sent shown spelled spent spoken
        struck taken taught thought told torn understood won worn written""",
    )
)
VERBS_IN_ED = frozenset(["embed", "exceed", "feed", "need", "proceed", "seed", "shed", "speed", "succeed"])
EXEMPT = ("tests/support/vocabulary.py", "tests/test_vocabulary.py", "docs/glossary.md", "requirements.lock")
EXEMPT_FOLDERS = (
    "causeloop_pipeline/connectors/tools/",  # names of vendors' fields
    "dbt_project/models/staging/",
    "causeloop_pipeline/demo/stories/",
    "docs/decisions/",
)


@dataclass(frozen=True)
class Finding:
    """A replaced word, its place, and what to write instead."""

    path: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word} → {self.instead}"


def repository_files() -> list[Path]:
    """Every file that a person reads: code, SQL, scripts and documents."""
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    files = [path for path in [*inside, *ROOT.glob("*.md"), *ROOT.glob("*.toml")] if path.suffix in SUFFIXES]
    return sorted(path for path in files if not _is_exempt(path))


def find_replaced_words(path: Path, root: Path = ROOT) -> list[Finding]:
    """The findings of one file, in order."""
    text, relative = path.read_text(), path.relative_to(root).as_posix()
    words = _words(text)
    readers = {".py": _python_names, ".sql": _sql_names}
    names = readers[path.suffix](text) if path.suffix in readers else iter(())
    findings = {Finding(relative, line, word, instead) for line, word, instead in (*words, *names)}
    return sorted(findings, key=lambda finding: (finding.line, finding.word))


def _is_exempt(path: Path) -> bool:
    relative = path.relative_to(ROOT).as_posix()
    return (
        relative in EXEMPT
        or relative.startswith(EXEMPT_FOLDERS)
        or "/target/" in relative
        or "/versions/" in relative  # what a migration once did is not rewritten
    )


def _words(text: str) -> Iterator[tuple[int, str, str]]:
    lowered = text.lower()
    if not REPLACED.keys() & set(WORD.findall(CAMEL_CASE.sub(r"\1 \2", text).lower())) and not any(
        phrase.search(lowered) for phrase in COMPILED_PHRASES
    ):
        return  # as nearly everywhere: the lines need not be read one by one
    for number, line in enumerate(text.splitlines(), 1):
        for word in WORD.findall(CAMEL_CASE.sub(r"\1 \2", line)):
            if word.lower() in REPLACED:
                yield number, word, REPLACED[word.lower()]
        for phrase, instead in zip(COMPILED_PHRASES, PHRASES.values(), strict=True):
            if match := phrase.search(line):
                yield number, match[0], instead


def _python_names(text: str) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from _name(node.lineno, name)
                if not name.startswith("test_") and _is_participle(name) and not _is_value(node):
                    yield node.lineno, f"{name}()", "a verb: what the function does"
            case ast.ClassDef(name=name):
                yield from _name(node.lineno, name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield from _name(node.lineno, name)


def _name(line: int, name: str) -> Iterator[tuple[int, str, str]]:
    if name.strip("_").lower() in REPLACED_NAMES:
        yield line, name, REPLACED_NAMES[name.strip("_").lower()]
    if QUANTIFIERS.search(name):
        yield line, name, "MIN_…, MAX_… or what the threshold means"


def _is_participle(name: str) -> bool:
    first = name.strip("_").split("_")[0]
    return first in PARTICIPLES or (first.endswith("ed") and len(first) > 3 and first not in VERBS_IN_ED)


def _is_value(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Properties and fixtures are read as values, so that a participle is their name."""
    names = {ast.unparse(decorator).split("(")[0].rsplit(".", 1)[-1] for decorator in node.decorator_list}
    return bool(names & {"property", "cached_property", "fixture", "asset"})


def _sql_names(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for name in re.findall(r"\bas (\w+)\b|\b(\w+) as (?:not )?(?:materialized )?\(", line):
            for alias in filter(None, name):
                if alias in REPLACED_NAMES:
                    yield number, alias, REPLACED_NAMES[alias]


def main(paths: list[str]) -> int:
    """Print the findings under the paths, or everywhere; 1 when there are any."""
    chosen = [(ROOT / path).resolve() for path in paths] or [ROOT]
    files = [file for file in repository_files() if any(file.is_relative_to(path) for path in chosen)]
    findings = [finding for file in files for finding in find_replaced_words(file)]
    print("\n".join(map(str, findings)))
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
