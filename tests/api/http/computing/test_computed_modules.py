"""Work in a process of its own begins at once: what it needs was imported before the fork."""

import subprocess
import sys

PROGRAM = """
import sys
from importlib import import_module
from api.main import COMPUTED
for module in COMPUTED:
    import_module(module)
imported = set(sys.modules)

from api.connectors.declarations.declared_connectors import try_declaration
from api.issues.similar.ranking import rank_similar
from api.predictions.accuracy.scores import score_accuracy
from bench.overload.tenants import DECLARATION, USUAL_PATTERN
from causeloop_pipeline.model.frames import ISSUE_SCHEMA
from causeloop_pipeline.model.issue import TIME_FIELDS

issue = dict.fromkeys(ISSUE_SCHEMA) | dict.fromkeys(TIME_FIELDS, "2026-10-01T00:00:00+00:00")
issue |= {"source": "jira", "template_key": None, "template_probability": None}
issues = [issue | {"issue_id": str(n), "title": f"timeout in checkout {n}", "body": "X\\n at a.b(C.java:1)"}
          for n in range(20)]
assert rank_similar(issues, "0", 5)
score_accuracy([])
sample = {"records": [{"id": 1, "at": "2026-10-01T00:00:00Z", "a": "b"}]}
assert try_declaration(DECLARATION.format(pattern=USUAL_PATTERN), sample, "")["ok"]
of_this_test = {"bench", "encodings"}
print(*sorted(name for name in set(sys.modules) - imported if name.split(".")[0] not in of_this_test))
"""


def test_nothing_is_imported_again_for_each_piece_of_work() -> None:
    output = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout

    assert output.split() == []
