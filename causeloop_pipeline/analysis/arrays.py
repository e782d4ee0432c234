"""Names of array types, the units that timestamps are counted in, and masks."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DAY_MS = 86_400_000


def mark_numbers(numbers: Ints, size: int) -> Bools:
    """Mark some of the numbers from 0 on.

    In: numbers below `size`, in any order. Out: a boolean for each number.
    """
    is_marked = np.zeros(size, dtype=np.bool_)
    is_marked[numbers] = True
    return is_marked
