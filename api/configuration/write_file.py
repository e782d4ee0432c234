"""Writes a configuration as YAML: the same values give the same bytes."""

from typing import Any

import yaml

HEAD = """\
# A workspace of Causeloop. `causeloop config plan` shows what applying this file would change.
# Secrets are read from the environment variables that are named here, or with `file:` from files.
"""


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the overridden signature
        """Write every value out in full: the reader rejects anchors."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent lists below their key."""
        super().increase_indent(flow, False)


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _write_text)


def write_yaml(sections: dict[str, Any]) -> str:
    """The text of a configuration, its sections and keys in the given order."""
    body = yaml.dump(sections, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return HEAD + str(body)
