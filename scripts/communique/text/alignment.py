"""Which paragraphs and which tokens of one text are found where in another.

Paragraphs are matched whole, by digest. Tokens are matched in runs: a seed is SEED tokens in a row that
occur once in either text, and is extended on both sides as far as the tokens are equal (maximal unique
matches, Delcher et al. 1999; the unique anchors of patience diff). Order plays no part, so moved
paragraphs cost nothing. A run counts when it is ANCHORED tokens long or continues such a run after a gap
of at most NEAR tokens in both texts. A token that two runs claim for different places belongs to neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SEED = 5
ANCHORED = 10
NEAR = 20


def match_paragraphs(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Indices of old paragraphs to indices of new ones, one to one, by equal digests.

    A digest that occurs once on both sides matches. One that occurs more often matches only where all
    paragraphs between two matches (or the ends of the texts) correspond one to one in order.
    """
    old_counts, new_counts = Counter(old), Counter(new)
    where = {digest: at for at, digest in enumerate(new) if new_counts[digest] == 1}
    found = {at: where[digest] for at, digest in enumerate(old) if old_counts[digest] == 1 and digest in where}
    fixed = [(-1, -1), *sorted(found.items()), (len(old), len(new))]
    for (old_low, new_low), (old_high, new_high) in pairwise(fixed):
        if old_high - old_low == new_high - new_low:
            for step in range(1, old_high - old_low):
                if old[old_low + step] == new[new_low + step]:
                    found[old_low + step] = new_low + step
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """`length` tokens from `old` in the old text equal those from `new` in the new text."""

    old: int
    new: int
    length: int

    def follows(self, before: Run) -> bool:
        """Whether this run continues another one after a small gap in both texts."""
        old_gap = self.old - before.old - before.length
        new_gap = self.new - before.new - before.length
        return -SEED < old_gap <= NEAR and -SEED < new_gap <= NEAR


def find_runs(old: bytes, new: bytes) -> list[Run]:
    """All runs, each with at least one seed, in order of the old text. One byte a token."""
    old_seeds, new_seeds = unique_seeds(old), unique_seeds(new)
    found: list[Run] = []
    reach: dict[int, int] = {}
    for seed, at in old_seeds.items():
        there = new_seeds.get(seed)
        if there is None or reach.get(there - at, -1) > at:
            continue
        low, high = 0, SEED
        while low < at and low < there and old[at - low - 1] == new[there - low - 1]:
            low += 1
        limit = min(len(old) - at, len(new) - there)
        while high < limit and old[at + high] == new[there + high]:
            high += 1
        found.append(Run(at - low, there - low, low + high))
        reach[there - at] = at + high
    return sorted(found, key=lambda run: (run.old, run.new))


def unique_seeds(tokens: bytes) -> dict[bytes, int]:
    """Position of each SEED tokens in a row that occur once, in order."""
    seen: dict[bytes, int] = {}
    for at in range(len(tokens) - SEED + 1):
        seed = tokens[at : at + SEED]
        seen[seed] = at if seed not in seen else -1
    return {seed: at for seed, at in seen.items() if at >= 0}


def anchored(runs: Sequence[Run]) -> list[Run]:
    """The runs that count, in order of the old text."""
    counts = [run.length >= ANCHORED for run in runs]
    for at in range(1, len(runs)):
        counts[at] = counts[at] or (counts[at - 1] and runs[at].follows(runs[at - 1]))
    for at in range(len(runs) - 2, -1, -1):
        counts[at] = counts[at] or (counts[at + 1] and runs[at + 1].follows(runs[at]))
    return [run for run, does in zip(runs, counts, strict=True) if does]


class Claims:
    """For each old token, where it is in the new text, if exactly one place claims it.

    `shift[t]` is the new position minus the old one, or None. `contested` holds the old tokens for which
    runs disagree, or whose place is claimed for another token.
    """

    def __init__(self, size: int, runs: Sequence[Run], taken: Mapping[int, int | None]) -> None:
        """`taken`: new tokens that are settled already, each with its shift, or None if it has none."""
        shifts: dict[int, set[int | None]] = {}
        claimants: dict[int, set[int | None]] = {place: {shift} for place, shift in taken.items()}
        for run in runs:
            shift = run.new - run.old
            for step in range(run.length):
                shifts.setdefault(run.old + step, set()).add(shift)
                claimants.setdefault(run.new + step, set()).add(shift)
        self.shift: list[int | None] = [None] * size
        self.contested: set[int] = set()
        for token, wanted in shifts.items():
            (shift, *others) = wanted
            if others or shift is None or len(claimants[token + shift]) > 1:
                self.contested.add(token)
            else:
                self.shift[token] = shift

    def common_shift(self, first: int, last: int) -> int | None:
        """The shift of the tokens first..last (included) if they all have the same, else None."""
        shift = self.shift[first]
        return shift if all(other == shift for other in self.shift[first : last + 1]) else None

    def reach(self, token: int, step: int, shift: int, limit: int) -> int:
        """How many tokens from `token` on, in direction `step`, have this shift; at most `limit`."""
        count = 0
        while count < limit and 0 <= token < len(self.shift) and self.shift[token] == shift:
            count += 1
            token += step
        return count
