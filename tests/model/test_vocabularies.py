"""Every vocabulary is published, and says each of its values once, with a label."""

import importlib
import pkgutil

import causeloop_pipeline.model
from causeloop_pipeline.model.proof import FINAL_VERDICTS, VERDICTS_WORST_FIRST, Verdict
from causeloop_pipeline.model.tenancy import Role, RoleName
from causeloop_pipeline.model.vocabularies import VOCABULARIES
from causeloop_pipeline.model.vocabulary import Vocabulary


def test_every_vocabulary_of_the_model_is_among_those_that_are_published() -> None:
    for module in pkgutil.iter_modules(causeloop_pipeline.model.__path__):
        importlib.import_module(f"{causeloop_pipeline.model.__name__}.{module.name}")

    assert set(Vocabulary.__subclasses__()) == set(VOCABULARIES)


def test_no_two_values_of_a_vocabulary_look_alike() -> None:
    for vocabulary in VOCABULARIES:
        labels = [value.label for value in vocabulary]
        assert all(labels), vocabulary.__name__
        assert len(set(labels)) == len(labels), vocabulary.__name__


def test_roles_have_the_order_of_their_names() -> None:
    assert [role.name.lower() for role in sorted(Role)] == list(RoleName)


def test_a_value_is_the_text_that_is_stored_and_sent() -> None:
    assert str(Verdict.PARTLY) == f"{Verdict.PARTLY}" == "partly"
    assert {"partly": 1}[Verdict.PARTLY] == 1
    assert Verdict("partly").label == "helped in part"


def test_of_verdicts_the_worst_comes_first_and_each_has_a_rank() -> None:
    assert VERDICTS_WORST_FIRST[-1] == Verdict.HELD
    assert VERDICTS_WORST_FIRST.index(Verdict.FAILED) < VERDICTS_WORST_FIRST.index(Verdict.PARTLY)
    assert len({verdict.rank for verdict in Verdict}) == len(Verdict)


def test_a_verdict_that_says_whether_a_fix_held_is_final_and_one_that_did_not_in_full_reopens_it() -> None:
    undecided = {Verdict.NOT_PROVABLE_YET, Verdict.NO_EXPOSURE, Verdict.NO_SIGN}

    assert undecided.isdisjoint(FINAL_VERDICTS)
    assert {Verdict.HELD, Verdict.PARTLY, Verdict.FAILED, Verdict.MOVED} <= set(FINAL_VERDICTS)
    assert {verdict for verdict in Verdict if verdict.is_reopening} == set(FINAL_VERDICTS) - {Verdict.HELD}
