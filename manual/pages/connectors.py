"""A page a connector type, and the list of them."""

from causeloop_pipeline.connectors.guide import render_guide
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Category

FOLDER = "look_up/connectors"


def write_connectors() -> dict[str, str]:
    """Path within the site → text."""
    pages = {f"{FOLDER}/{tool.name}.md": render_guide(tool) for tool in CONNECTORS.values()}
    return {f"{FOLDER}/index.md": list_connectors(), **pages}


def list_connectors() -> str:
    """The list, by category."""
    parts = [
        "# Connectors by type\n\nHow each is connected: where to get the credentials and their least rights, "
        "what to enter in the tool, what is read, how a failure ends, and what is not read. "
        "[What was verified of each](../../connectors.md).\n"
    ]
    for category in Category:
        tools = sorted((tool.title, tool.name) for tool in CONNECTORS.values() if tool.category is category)
        parts.append(f"\n## {category.value}\n\n")
        parts += [f"- [{title}]({name}.md)\n" for title, name in tools]
    return "".join(parts)
