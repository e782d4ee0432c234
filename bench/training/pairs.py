"""Fits what grouping knows of pairs before it has seen a workspace: `python -m bench.training.pairs`.

Prints the values that `similarity/pair_parameters.py` holds, and per tracker, and export that was made of it,
what it shows, what its labels say, and what the curve makes of it. `causeloop evaluate grouping
--leave-out-families` measures what the same fits are worth on a family that they have not seen.
"""

import numpy as np

from bench.data.labelled_trackers import read_trackers
from causeloop_pipeline.analysis.detect.similarity.base_rate import sigmoid
from causeloop_pipeline.analysis.evaluation.pair_training.base_rates import expect_duplicates, measure_exports
from causeloop_pipeline.analysis.evaluation.pair_training.fit import fit_parameters


def main() -> None:
    """Prints the parameters, and a line per export."""
    trackers = read_trackers()
    parameters = fit_parameters(list(trackers.values()))
    for name, values in parameters.weights.items():
        print(f'        "{name}": ({", ".join(f"{value:.3f}" for value in values)}),')
    print(f"    mate_log_odds={parameters.mate_log_odds},\n    slopes={parameters.slopes},")
    print(f"    threshold_of_f1={parameters.threshold_of_f1},\n    search_weights={{")
    for name, values in parameters.search_weights.items():
        print(f'        "{name}": ({", ".join(f"{value:.3f}" for value in values)}),')
    print(f"    }},\n    search_rate={parameters.search_rate},")
    for name, tracker in trackers.items():
        for export in measure_exports(tracker, parameters):
            is_mate = float(sigmoid(np.array(export.mate_log_odds)))
            expected = expect_duplicates(export, parameters)
            print(
                f"{name:>28}: mutual {export.mutual_share:.3f}, best is a mate {is_mate:.3f} "
                f"(curve {expected:.3f}), slope {export.slope:.2f}"
            )


if __name__ == "__main__":
    main()
