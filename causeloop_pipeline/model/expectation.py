"""An expectation: what must stay true after a fix."""

from causeloop_pipeline.model.vocabulary import Vocabulary


class ExpectationKind(Vocabulary):
    """What is expected."""

    NO_OCCURRENCE = "no_occurrence", "no occurrence", "The pattern does not occur."
    AT_MOST = "at_most", "at most", "The pattern occurs at most so often in a week."
    JOB_PASSES = "job_passes", "job passes", "No run of the job fails."


class ExpectationStatus(Vocabulary):
    """Whether it has stayed true."""

    OPEN = "open", "true so far", "Nothing broke it, and it goes on."
    MET = "met", "met", "It stayed true until its last day."
    BROKEN = "broken", "broken", "It did not stay true."
    INCONCLUSIVE = "inconclusive", "inconclusive", "Too little was observed to tell."
