"""Whether an action item changes what fails, how it is noticed, or how people work."""

import re

from causeloop_pipeline.model.postmortem import ItemKind

PROCESS = re.compile(
    r"\b(?:run-?books?|play-?books?|document(?:ation|ed|s)?|wiki|train(?:ing)?|review(?:s|ed)?|meeting"
    r"|communicat\w+"
    r"|post-?mortem|discuss\w*|investigat\w+|evaluat\w+|explor\w+|consider\w*|research\w*|understand|on-?call"
    r"|rotation|drills?|game ?days?|inform|announce\w*|customers?|status ?page|escalat\w+|checklist"
    r"|guide(?:line)?s?"
    r"|process(?:es)?|policy|schulung|dokument\w+|prüfen|untersuch\w+|besprech\w+|audit)\b",
    re.IGNORECASE,
)
DETECTION = re.compile(
    r"\b(?:alert(?:s|ing)?|alarms?|monitor(?:s|ing)?|dashboards?|metrics?|log(?:s|ging)?|observab\w+|slos?"
    r"|synthetics?|pager|paging|notif\w+|probes?|tests?|überwach\w+|alarm\w*|detect\w*)\b",
    re.IGNORECASE,
)
BEGINS_WITH_PROCESS = re.compile(
    r"^(?:re)?(?:investigate|evaluate|explore|consider|research|review|discuss|document|write|train|schedule|decide"
    r"|understand|find out|communicate|agree|define|plan|prüfen|klären|dokumentieren)\b",
    re.IGNORECASE,
)
KINDS = (
    (ItemKind.DETECTION, re.compile(r"detect|monitor|alert|observ|erkenn", re.IGNORECASE)),
    (
        ItemKind.PROCESS,
        re.compile(r"process|document|communicat|other|train|investigat|learn|prozess", re.IGNORECASE),
    ),
    (
        ItemKind.FIX,
        re.compile(r"prevent|fix|repair|correct|code|infra|vermeid|behe|technical", re.IGNORECASE),
    ),
)


def classify_item(text: str, kind: str = "") -> ItemKind:
    """Whether an item changes what fails, how it is noticed, or how people work, by its type or words."""
    named = next((name for name, words in KINDS if words.search(kind)), None)
    if named is not None:
        return named
    if BEGINS_WITH_PROCESS.search(text):
        return ItemKind.PROCESS
    if DETECTION.search(text):
        return ItemKind.DETECTION
    return ItemKind.PROCESS if PROCESS.search(text) else ItemKind.FIX


def names_kind(heading: str) -> bool:
    """Whether a heading names the kind of its items, as “Detection” does, “Corrective actions” not."""
    return bool(heading) and not re.search(
        r"action|next steps|follow|to[- ]?do|ma(?:ß|ss)nahm", heading, re.IGNORECASE
    )
