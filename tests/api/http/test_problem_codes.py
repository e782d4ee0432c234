"""One table of error codes: each has one status, nothing raises another one, and the documents list them."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from api.http.problem_codes import PROBLEM_CODES
from causeloop_pipeline.settings import ROOT
from tests.api.contract import Contract

STATUS_OF_MAKERS = {"authentication_problem": 401, "conflict": 409, "broken_rule": 422}


def find_raised() -> Iterator[tuple[str, int]]:
    """(code, status) of every problem that is made with literals."""
    for path in (ROOT / "api").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", "")
            literals = [item.value for item in node.args if isinstance(item, ast.Constant)]
            if name == "Problem" and len(literals) > 1 and isinstance(literals[0], int):
                yield str(literals[1]), literals[0]
            if name in STATUS_OF_MAKERS and literals:
                yield str(literals[0]), STATUS_OF_MAKERS[name]


def test_every_code_that_is_raised_is_in_the_table_with_its_status() -> None:
    raised = defaultdict(set)
    for code, status in find_raised():
        raised[code].add(status)

    wrong = {
        code: statuses
        for code, statuses in raised.items()
        if code not in PROBLEM_CODES or statuses != {PROBLEM_CODES[code].status}
    }

    assert not wrong, f"add them to api/http/problem_codes.py, each with one status: {wrong}"


def test_the_openapi_document_lists_the_codes(contract: Contract) -> None:
    code = contract.document["components"]["schemas"]["ProblemDetails"]["properties"]["code"]

    assert code["enum"] == sorted(PROBLEM_CODES)
