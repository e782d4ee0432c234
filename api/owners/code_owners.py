"""Reads a CODEOWNERS file of GitHub, GitLab or Forgejo, and finds in it who owns a service.

A rule owns the services that a folder or file of its pattern is named after; a rule for everything owns the
service that the repository is named after. As in the file itself, the last rule that matches counts.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from causeloop_pipeline.model.comparable_names import normalize_service_name

SECTION = re.compile(r"^\^?\[[^\]]+\](?:\[\d+\])?(?P<owners>.*)$")
WORDS = re.compile(r"(?:\\.|\S)+")
EVERYTHING = frozenset({"*", "**", "/", "/*", "/**"})
MAX_OWNERS_LENGTH = 200


@dataclass(frozen=True)
class Rule:
    """A line of the file: its pattern, and who owns what it matches (none: nobody)."""

    line: int
    pattern: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class OwnedService:
    """A service with the owners of the rule that counts."""

    service: str
    rule: Rule

    @property
    def owner(self) -> str:
        """All owners in one text, as many as fit."""
        text = ""
        for owner in self.rule.owners:
            longer = f"{text} {owner}".strip()
            if len(longer) > MAX_OWNERS_LENGTH:
                break
            text = longer
        return text


def read_code_owners(
    text: str, services: Iterable[str], repository: str | None
) -> tuple[list[OwnedService], int]:
    """The services that a file names, with their owners, and how many rules it has."""
    rules = list(parse_rules(text))
    return find_owned_services(rules, services, repository), len(rules)


def parse_rules(text: str) -> Iterator[Rule]:
    """The rules of a file; a section's owners are those of its rules that name none."""
    section_owners: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        content = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if not content:
            continue
        if section := SECTION.match(content):
            section_owners = tuple(section["owners"].split())
            continue
        pattern, *owners = WORDS.findall(content)
        yield Rule(number, pattern, tuple(owners) or section_owners)


def find_owned_services(
    rules: Iterable[Rule], services: Iterable[str], repository: str | None
) -> list[OwnedService]:
    """The services that a rule names, each with the last such rule that has owners."""
    named = {normalize_service_name(service): service for service in sorted(services, reverse=True)}
    own = named.get(normalize_service_name(repository.rpartition("/")[2])) if repository else None
    owned: dict[str, Rule] = {}
    for rule in rules:
        if rule.pattern in EVERYTHING:
            matches = [own] if own else []
        else:
            matches = [named[name] for name in _list_names(rule.pattern) if name in named]
        for service in matches:
            owned[service] = rule
    return [OwnedService(service, rule) for service, rule in sorted(owned.items()) if rule.owners]


def _list_names(pattern: str) -> set[str]:
    """The names of folders and files in a pattern, as names of services are compared."""
    parts = pattern.replace("\\ ", " ").split("/")
    return {normalize_service_name(part) for part in parts if part and "*" not in part and "?" not in part}
