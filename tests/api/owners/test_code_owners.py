"""A CODEOWNERS file names the owners of services: the last rule counts, as in the file."""

import pytest

from api.owners.code_owners import find_owned_services, parse_rules

FILE = """
# who is called at night
*                        @acme/platform
/services/payments_core/ @acme/payments @kim   # with their lead
/services/*/docs         @acme/writers
/libs/ledger-db.ts       ops@acme.example
/services/checkout/      @acme/shop
/services/checkout/ui    @acme/web
/services/orphan/

[Search][2] @acme/search
/services/search/
/services/suggest/       @acme/suggest
"""
SERVICES = ("payments-core", "ledger-db.ts", "checkout", "orphan", "search", "suggest", "shop")


def find_owners(text: str, repository: str | None = None) -> dict[str, str]:
    owned = find_owned_services(parse_rules(text), SERVICES, repository)
    return {each.service: each.owner for each in owned}


def test_a_service_belongs_to_who_owns_the_folder_or_file_of_its_name() -> None:
    assert find_owners(FILE) == {
        "payments-core": "@acme/payments @kim",
        "ledger-db.ts": "ops@acme.example",
        "checkout": "@acme/web",
        "search": "@acme/search",
        "suggest": "@acme/suggest",
    }


def test_a_rule_for_everything_owns_the_service_that_the_repository_is_named_after() -> None:
    assert find_owners(FILE, "acme/shop")["shop"] == "@acme/platform"
    assert find_owners("* @acme/platform", "acme/other") == {}


def test_a_later_rule_without_owners_takes_the_owner_away() -> None:
    assert find_owners("/checkout/ @acme/shop\n/checkout/") == {}


def test_the_line_of_the_rule_that_counts_is_named() -> None:
    (owned,) = find_owned_services(parse_rules("\n/checkout/ @a\n/checkout/ @b"), ("checkout",), None)

    assert (owned.rule.line, owned.rule.pattern, owned.owner) == (3, "/checkout/", "@b")


@pytest.mark.parametrize("text", ["", "#", "# only a comment", "[Section", "\\", "\t \n\x0b", "a" * 5000])
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert find_owners(text) == {}


def test_owners_that_do_not_fit_are_left_out() -> None:
    owners = " ".join(f"@acme/team-{number}" for number in range(100))

    assert len(find_owners(f"/checkout/ {owners}")["checkout"]) <= 200
