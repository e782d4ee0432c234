"""The few idioms of a manifest's templates that a declaration can say; every other one is a loss."""

import re

CONFIG = re.compile(r"\{\{\s*config(?:\.(\w+)|((?:\[['\"]\w+['\"]\])+))\s*\}\}")
SLICE = re.compile(r"\{\{\s*stream_(?:partition|slice)(?:\.\w+|\[['\"]\w+['\"]\])\s*\}\}")
RESPONSE = re.compile(
    r"\{\{\s*response((?:\.\w+|\[['\"][\w@.\-]+['\"]\]|\.get\(\s*['\"]\w+['\"]\s*(?:,\s*\{\}\s*)?\))+)\s*\}\}"
)
STEP = re.compile(r"\.get\(\s*['\"](\w+)['\"]|\[['\"]([\w@.\-]+)['\"]\]|\.(?!get\()(\w+)")
_STEP = r"(?:\.{0}|\[\s*['\"]{0}['\"]\s*\]|\.get\(\s*['\"]{0}['\"]\s*(?:,\s*[^()]*)?\))"
NEXT_LINK = re.compile(
    r"\{\{\s*headers"
    + "".join(_STEP.format(step) for step in ("link", "next", "(?:url|cursor)"))
    + r"\s*\}\}",
    re.IGNORECASE,
)
"""The next page in the header Link, by its address or by the cursor in it."""
JINJA = re.compile(r"\{\{|\{%")


class UntranslatableError(ValueError):
    """The template says more than a declaration can."""


def translate(template: str, fields: set[str]) -> str:
    """A template of configuration and partition as a declaration's; `fields` receives the fields used."""

    def field(match: re.Match[str]) -> str:
        name = match[1] or re.findall(r"\w+", match[2])[-1]
        fields.add(name)
        return f"{{{name}}}"

    text = SLICE.sub("{item}", CONFIG.sub(field, template))
    if JINJA.search(text):
        raise UntranslatableError(template.strip()[:100])
    return text.strip()


def find_response_path(template: str) -> str | None:
    """The path of a value in the answer, None where the template is another one."""
    match = RESPONSE.fullmatch(template.strip())
    if match is None:
        return None
    steps = ("".join(groups) for groups in STEP.findall(match[1]))
    return ".".join(step.replace(".", r"\.") for step in steps)
