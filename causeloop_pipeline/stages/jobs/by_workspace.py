"""Work in several workspaces at once: what is slow for one delays only itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

MAX_WORKSPACES_AT_ONCE = 8


def count_by_workspace(
    work: Callable[[UUID], Counter[str]], workspace_ids: Sequence[UUID], kinds: Iterable[str], name: str
) -> Counter[str]:
    """The sum of what the work counts in each workspace, with each of these kinds; `name` is the threads'."""
    with ThreadPoolExecutor(MAX_WORKSPACES_AT_ONCE, thread_name_prefix=name) as threads:
        return sum(threads.map(work, workspace_ids), Counter(dict.fromkeys(kinds, 0)))
