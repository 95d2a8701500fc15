"""How quick this machine is just now, so that a bound on time speaks of the code and not of the machine."""

from __future__ import annotations

import time

#: Processor seconds for `_work` on the machine that the bounds in the tests were set for, doing nothing else.
_THERE = 0.035


def slowness() -> float:
    """How many times the processor time of that machine the same work takes here and now; never under 1.

    A bound of `3 * slowness()` on processor time is three seconds there.
    """
    taken = []
    for _ in range(5):
        began = time.process_time()
        _work()
        taken.append(time.process_time() - began)
    return max(1.0, sorted(taken)[2] / _THERE)


def _work() -> int:
    seen: dict[int, int] = {}
    for number in range(200_000):
        seen[number % 1000] = seen.get(number * 7 % 1000, 0) + len(str(number))
    return len(seen)
