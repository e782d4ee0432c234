"""The issues, tickets and pages that a text names: by their addresses and by their keys."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_REFERENCES = 200
ADDRESS = re.compile(r"https?://[^\s<>\"')\]}|]{4,2000}")
KEY = re.compile(r"(?<![\w/-])(?:[A-Z][A-Z0-9]{1,9}-\d{1,7}|[\w.-]{1,60}/[\w.-]{1,80}#\d{1,7})(?![\w-])")
KEY_IN_ADDRESS = re.compile(r"/browse/([A-Z][A-Z0-9]{1,9}-\d+)|selectedIssue=([A-Z][A-Z0-9]{1,9}-\d+)")
NO_PROJECTS = frozenset(
    (
        *(
            "UTF",
            "SHA",
            "RFC",
            "ISO",
            "CVE",
            "CWE",
            "HTTP",
            "HTTPS",
            "TLS",
            "SSL",
            "SEV",
            "P",
            "IPV",
            "TCP",
            "UDP",
        ),
        *(
            "MD",
            "AES",
            "RSA",
            "EC",
            "UTC",
            "GMT",
            "ES",
            "EU",
            "US",
            "AP",
            "AI",
            "ITEM",
            "PY",
            "OPTION",
            "PHASE",
        ),
        *("STEP", "FY", "ARM", "NA"),
    )
)
"""What stands before a number and is not a tracker's project."""


def find_references(text: str, links: Iterable[str] = ()) -> list[str]:
    """The addresses and keys that a text names, each once, in order."""
    addresses = [*links, *(match.rstrip(".,;:") for match in ADDRESS.findall(text))]
    keys = [key for key in KEY.findall(ADDRESS.sub(" ", text)) if is_ticket_key(key)]
    return list(dict.fromkeys([*keys, *addresses]))[:MAX_REFERENCES]


def is_ticket_key(key: str) -> bool:
    """Whether a key may be that of a ticket, and no standard's name or severity."""
    return "#" in key or key.rpartition("-")[0] not in NO_PROJECTS


def list_spellings(reference: str) -> list[str]:
    """How an issue may be stored that a reference names: by its address, or by its key."""
    if not reference.startswith(("http://", "https://")):
        return [reference]
    plain = re.split(r"[?#]", reference, maxsplit=1)[0].rstrip("/")
    key = KEY_IN_ADDRESS.search(reference)
    keys = [next(part for part in key.groups() if part)] if key else []
    parts = urlsplit(plain).path.strip("/").split("/")
    if len(parts) >= 4 and parts[-2] in {"issues", "pull", "merge_requests"} and parts[-1].isdigit():
        keys.append(f"{'/'.join(parts[:2])}#{parts[-1]}")
    return [reference, plain, *keys]
