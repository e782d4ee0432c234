"""The post-mortems of the demo's teams: documents beside the stories, dated by the demo's first day."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from causeloop_pipeline.demo.causes import STORIES
from causeloop_pipeline.demo.story import StoryFix, list_fixes

DAY = re.compile(r"\{day (\d+)\}")
"""Stands for the day that was so many days before the first one."""


@dataclass(frozen=True)
class StoryPostmortem:
    """A document, and the fix of the story that one of its action items is."""

    file_name: str
    text: str
    fix: StoryFix


def list_postmortems(workspace: str, epoch: date) -> list[StoryPostmortem]:
    """The documents of a workspace's story."""
    return [
        StoryPostmortem(name, _date(name, epoch), fix)
        for fix in list_fixes(workspace, epoch)
        if (name := fix.fix.postmortem)
    ]


def _date(name: str, epoch: date) -> str:
    text = (STORIES / name).read_text("utf-8")
    return DAY.sub(lambda match: (epoch - timedelta(days=int(match[1]))).isoformat(), text)
