"""A page a subject of the API, from its OpenAPI document."""

import json
from collections.abc import Iterator
from typing import Any

from api.main import create_app
from manual.pages.markdown import format_table

FOLDER = "look_up/api"
Document = dict[str, Any]


def write_api() -> dict[str, str]:
    """Path within the site → text."""
    document = create_app().openapi()
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    pages = {
        f"{FOLDER}/{tag['name']}.md": _write_subject(
            tag, [(name, each) for name, each in operations if tag["name"] in each["tags"]], document
        )
        for tag in document["tags"]
    }
    return {
        f"{FOLDER}/index.md": _write_index(document),
        f"{FOLDER}/openapi.json": json.dumps(document, indent=1, ensure_ascii=False),
        **pages,
    }


def _write_index(document: Document) -> str:
    rows = [(f"[{tag['name']}]({tag['name']}.md)", tag["description"]) for tag in document["tags"]]
    return (
        "# API\n\nEach installation has the same at `/docs`, to try out, and at `/openapi.json` its "
        "[OpenAPI 3.1 document](openapi.json), which Bruno and its like, and generators of clients, import; "
        "a client for Python is part of each release (`make client`).\n\n"
        f"{document['info']['description']}\n\n{format_table(('subject', 'what it is about'), rows)}\n"
        "[Who may do what](../access.md) has the roles, [errors](../errors.md) the codes.\n"
    )


def _write_subject(tag: Document, operations: list[tuple[str, Document]], document: Document) -> str:
    parts = [f"# {tag['name'].capitalize()}\n\n{tag['description']}.\n"]
    for name, operation in operations:
        parts.append(f"\n## {operation['summary']}\n\n`{name}`{_format_role(operation)}\n\n")
        parts.append(f"{operation.get('description', '')}\n")
        parts += _describe_parameters(operation, document)
        parts += _describe_body(operation, document)
    return "".join(parts)


def _format_role(operation: Document) -> str:
    return f", {operation['x-least-role']} or more" if "x-least-role" in operation else ""


def _describe_parameters(operation: Document, document: Document) -> Iterator[str]:
    rows = [
        (f"`{each['name']}`", each["in"], name_type(each["schema"], document), each.get("description", ""))
        for each in operation.get("parameters", ())
    ]
    if rows:
        yield "\n" + format_table(("parameter", "in", "type", "meaning"), rows)


def _describe_body(operation: Document, document: Document) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {})
    schema = _resolve(content.get("application/json", {}).get("schema", {}), document)
    required = set(schema.get("required", ()))
    rows = [
        (
            f"`{name}`{' (required)' if name in required else ''}",
            name_type(field, document),
            field.get("description", ""),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    if rows:
        yield "\n" + format_table(("field of the body", "type", "meaning"), rows)
    for example in schema.get("examples", ())[:1]:
        yield f"\n```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```\n"


def name_type(schema: Document, document: Document) -> str:
    """A schema in a few words: its type, or the values that it allows."""
    schema = _resolve(schema, document)
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"] if value is not None)
    for union in ("anyOf", "oneOf"):
        if union in schema:
            names = dict.fromkeys(name_type(each, document) for each in schema[union])
            return " or ".join(name for name in names if name != "null")
    kinds = schema.get("type", "any")
    kinds = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"] or ["null"]
    if kinds == ["array"]:
        return f"list of {name_type(schema.get('items', {}), document)}"
    return " or ".join([*kinds, *([schema["format"]] if "format" in schema else [])][-1:])


def _resolve(schema: Document, document: Document) -> Document:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
