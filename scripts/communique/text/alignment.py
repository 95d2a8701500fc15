"""Which paragraphs and which tokens of one text are found where in another.

Paragraphs are matched whole, by digest. Tokens are matched in runs: a seed is SEED tokens in a row that
occur once in either text, and is extended on both sides as far as the tokens are equal (maximal unique
matches, Delcher et al. 1999; the unique anchors of patience diff). Order plays no part, so moved
paragraphs cost nothing. Seeds lie inside one old paragraph, and what is beyond the outermost seeds of a run
is not claimed: of a sentence or paragraph that is printed twice, the copy that happens to follow the right
neighbour need not be the right one, unless it is followed by the right neighbour too. A run counts
when its seeds span ANCHORED tokens or when it continues such a run after a gap of at most NEAR tokens in
both texts. A token that two runs claim for different places belongs to neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from communique.text.keys import Keyed

SEED = 5
ANCHORED = 10
NEAR = 20


def match_paragraphs(
    old: Sequence[str], new: Sequence[str], single: Container[int], allowed: Callable[[int, int], bool]
) -> dict[int, int]:
    """Indices of old paragraphs to indices of new ones, one to one, by equal digests.

    A digest that occurs once on both sides matches if its old index is in `single`. Any other matches only
    if it is as frequent in both texts, and where the paragraphs between two matches (or the ends of the
    texts) are as many in both. `allowed(old, new)` has the last word.
    """
    old_counts, new_counts = Counter(old), Counter(new)
    where = {digest: at for at, digest in enumerate(new) if new_counts[digest] == 1}
    found = {
        at: where[digest]
        for at, digest in enumerate(old)
        if at in single and old_counts[digest] == 1 and digest in where and allowed(at, where[digest])
    }
    fixed = [(-1, -1), *sorted(found.items()), (len(old), len(new))]
    for (old_low, new_low), (old_high, new_high) in pairwise(fixed):
        if old_high - old_low == new_high - new_low:
            for step in range(1, old_high - old_low):
                at, there = old_low + step, new_low + step
                same = old[at] == new[there] and old_counts[old[at]] == new_counts[old[at]]
                if same and allowed(at, there):
                    found[at] = there
    return found


def find_blocks(
    new: Keyed,
    lengths: set[int],
    digest_of: Callable[[str], str],
    wanted: Container[str],
    taken: Container[int] = (),
) -> dict[str, list[tuple[int, int]]]:
    """Where old blocks, given by their digests, stand in a text whose lines are broken elsewhere: token ranges.

    A block may start where any sentence starts and has one of `lengths` tokens; tokens in `taken` belong to
    other blocks.
    """
    places: dict[str, list[tuple[int, int]]] = {}
    for first, _ in new.sentences:
        if first in taken:
            continue
        for length in lengths:
            last = first + length
            if last > len(new.keys) or last - 1 in taken:
                continue
            found = digest_of(new.key(first, last))
            if found in wanted:
                places.setdefault(found, []).append((first, last))
    return places


def found_once(places: Mapping[str, list[tuple[int, int]]]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Of the blocks of `find_blocks` those that stand in one place, in order, without those that overlap others."""
    once = sorted((where[0], found) for found, where in places.items() if len(where) == 1)
    reach = 0
    for (first, last), found in once:
        if first >= reach:
            yield found, (first, last)
            reach = last


@dataclass(frozen=True, slots=True)
class Run:
    """`length` tokens from `old` in the old text equal those from `new` in the new text.

    `low`, `high`: first old token of the first seed, and the one after the last seed.
    """

    old: int
    new: int
    length: int
    low: int
    high: int

    def follows(self, before: Run) -> bool:
        """Whether this run continues another one after a small gap in both texts."""
        old_gap = self.old - before.old - before.length
        new_gap = self.new - before.new - before.length
        return -SEED < old_gap <= NEAR and -SEED < new_gap <= NEAR


def grams(tokens: bytes) -> list[bytes]:
    """SEED tokens from each token on, one byte a token."""
    return [tokens[at : at + SEED] for at in range(len(tokens) - SEED + 1)]


def common_seeds(
    old: Sequence[bytes], new: Sequence[bytes], old_edges: Iterable[int], new_edges: Iterable[int]
) -> dict[int, int]:
    """Positions in the old text and in the new one of all seeds, in order of the old text, from their `grams`.

    Edges: where each paragraph ends. No seed crosses one.
    """
    there = _unique(new, new_edges)
    return {at: there[seed] for seed, at in _unique(old, old_edges).items() if seed in there}


def _unique(seeds: Sequence[bytes], edges: Iterable[int]) -> dict[bytes, int]:
    counts = Counter(seeds)
    crossing = {edge - before for edge in edges for before in range(1, SEED)}
    return {seed: at for at, seed in enumerate(seeds) if counts[seed] == 1 and at not in crossing}


def find_runs(old: bytes, new: bytes, seeds: Mapping[int, int]) -> list[Run]:
    """All runs, each with at least one of the seeds, in order of the old text."""
    found: list[list[int]] = []
    latest: dict[int, list[int]] = {}
    for at, there in seeds.items():
        known = latest.get(there - at)
        if known is not None and known[0] + known[2] > at:
            known[4] = at + SEED
            continue
        before, after = 0, SEED
        most = min(at, there)
        while before < most and old[at - before - 1] == new[there - before - 1]:
            before += 1
        most = min(len(old) - at, len(new) - there)
        while after < most and old[at + after] == new[there + after]:
            after += 1
        latest[there - at] = [at - before, there - before, before + after, at, at + SEED]
        found.append(latest[there - at])
    return [Run(*run) for run in sorted(found)]


def anchored(runs: Sequence[Run]) -> list[Run]:
    """The runs that count, in order of the old text."""
    counts = [run.high - run.low >= ANCHORED for run in runs]
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
        """`taken`: new tokens that are settled already, each with its shift, or None if it has none.

        Runs that don't count contest, but claim nothing.
        """
        claimed: list[int | None] = [None] * size
        self.contested: set[int] = set()
        claims = dict(taken)
        contested_places: set[int] = set()
        for run in runs:
            shift = run.new - run.old
            for token in range(run.old, run.old + run.length):
                if claimed[token] is None:
                    claimed[token] = shift
                else:
                    self.contested.add(token)
            places = range(run.new, run.new + run.length)
            if claims.keys().isdisjoint(places):
                claims.update(dict.fromkeys(places, shift))
            else:
                contested_places.update(at for at in places if claims.setdefault(at, shift) != shift)
        for token, shift_of in enumerate(claimed) if contested_places else ():
            if shift_of is not None and token + shift_of in contested_places:
                self.contested.add(token)
        self.counted = anchored(runs)
        self.shift: list[int | None] = [None] * size
        for run in self.counted:
            self.shift[run.low : run.high] = claimed[run.low : run.high]
        for token in self.contested:
            self.shift[token] = None

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
