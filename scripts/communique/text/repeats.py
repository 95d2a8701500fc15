"""Text that stands several times in an article, and which of its places is whose (see communique.text.reanchor).

Sentences are what editors drop, move and print again, so a seam may lie at the edge of any sentence or line.
A sentence that holds SEED seeds is itself. Any other is known by what it stands between: of two equal sentences
one may be gone, and what is left of it may be the other one's, beside one neighbour of the first by chance.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

from communique.text.alignment import SEED

# Nothing so near to a span may be printed more often than it was.
AROUND = 10


class Repeats:
    """The repeated text of two texts, each a token digest of one byte a token.

    `old_grams`, `new_grams`: their `grams`. `old_edges`, `new_edges`: tokens at which a line begins or ends.
    `seeds` as of `common_seeds`. `lines`, `sentences`: token ranges of the new text, in order.
    """

    def __init__(
        self,
        old: bytes,
        new: bytes,
        old_grams: Sequence[bytes],
        new_grams: Sequence[bytes],
        seeds: Mapping[int, int],
        old_edges: set[int],
        lines: Sequence[tuple[int, int]],
        sentences: Sequence[tuple[int, int]],
    ) -> None:
        self.old, self.new, self.seeds = old, new, seeds
        self.old_edges = old_edges
        self.new_edges = {edge for bounds in lines for edge in bounds}
        self.lines, self.sentences = lines, sentences
        old_counts, new_counts = Counter(old_grams), Counter(new_grams)
        several = {gram for gram, count in old_counts.items() if count > 1}
        more = {gram for gram, count in new_counts.items() if 0 < old_counts[gram] < count}
        # Neither of two copies of all that is left is the article, though a word may be changed in one of them.
        self.is_twice = 2 * len(more) > len(old_counts.keys() & new_counts.keys())
        # Where SEED tokens start that were printed several times, or are printed more often than they were.
        self.repeated = _places(old_grams, several)
        self.repeated_here = _places(new_grams, several)
        self.reprinted = _places(new_grams, more)

    def is_doubtful(self, old_first: int, old_last: int, first: int, last: int) -> bool:
        """Whether the old tokens old_first..old_last (included) may not be the new ones first..last.

        The new ones may be a copy, and the old ones stand elsewhere with a word changed; or they may be what is left
        of another place at which the old text said the same.
        """
        low, high = around(self.lines, len(self.new), first, last, AROUND)
        if holds(self.reprinted, low, high - SEED):
            return True
        near = holds(self.repeated_here, first - SEED, last + 1)
        if not near and not holds(self.repeated, old_first - SEED, old_last + 1):
            return False
        if last - first != old_last - old_first:
            return True
        shift = old_first - first
        return not self._is_itself(first, last, shift) and not self._is_between(first, last, shift)

    def _is_itself(self, first: int, last: int, shift: int) -> bool:
        """Whether each sentence that the tokens lie in has as many seeds as no meeting of two others makes."""
        low, high = first, last + 1
        at = bisect_right(self.sentences, (first, len(self.new))) - 1
        upto = bisect_right(self.sentences, (last, len(self.new))) - 1
        least, most = self.sentences[at][0], self.sentences[upto][1]
        while low > least and low + shift not in self.old_edges and self._same(low - 1, shift):
            low -= 1
        while high < most and high + shift not in self.old_edges and self._same(high, shift):
            high += 1
        return all(
            sum(
                self.seeds.get(seed + shift) == seed
                for seed in range(max(start, low), min(end, high) - SEED + 1)
            )
            >= SEED
            for start, end in self.sentences[at : upto + 1]
        )

    def _is_between(self, first: int, last: int, shift: int) -> bool:
        """Whether the repeated text that the tokens lie in has the neighbours that it had.

        On one side the end of a line will do for a neighbour, since paragraphs may be moved, if all lines are the same.
        """
        start, end = self._stretch(first + shift, last + shift)
        low, high = start - shift, end - shift
        if low < 0 or self.old[start:end] != self.new[low:high]:
            return False
        before, at_start = self._beside(low, -1, shift)
        after, at_end = self._beside(high, 1, shift)
        low, high = max(low - before, 0), high + after
        if min(before, after) < SEED:
            ended = (before == SEED and at_end) or (after == SEED and at_start)
            if not ended or any(
                (at + shift in self.old_edges) != (at in self.new_edges) for at in range(low + 1, high)
            ):
                return False
        return not holds(self.reprinted, low, high - SEED) and self.new.count(self.new[low:high]) == 1

    def _stretch(self, first: int, last: int) -> tuple[int, int]:
        """The repeated old text around old tokens: ranges that return, as far as they touch one another.

        Where two of them meet, SEED - 1 runs of SEED tokens begin that are there once.
        """
        at = bisect_left(self.repeated, first - SEED)
        upto = bisect_right(self.repeated, last + 1)
        if at == upto:
            return first, last + 1
        while at > 0 and self.repeated[at] - self.repeated[at - 1] <= SEED:
            at -= 1
        while upto < len(self.repeated) and self.repeated[upto] - self.repeated[upto - 1] <= SEED:
            upto += 1
        return min(first, self.repeated[at]), max(last + 1, self.repeated[upto - 1] + SEED)

    def _beside(self, at: int, step: int, shift: int) -> tuple[int, bool]:
        """How many tokens on one side of a place are the same, SEED at most, and whether a line ends within them.

        SEED too where either text ends.
        """
        edge = False
        for count in range(SEED):
            edge = edge or (at in self.new_edges and at + shift in self.old_edges)
            token = at if step > 0 else at - 1
            if (token + shift, token) in ((-1, -1), (len(self.old), len(self.new))):
                return SEED, True
            if not self._same(token, shift):
                return count, edge
            at += step
        return SEED, edge

    def _same(self, token: int, shift: int) -> bool:
        return (
            0 <= token < len(self.new)
            and 0 <= token + shift < len(self.old)
            and self.old[token + shift] == self.new[token]
        )


def around(
    lines: Sequence[tuple[int, int]], size: int, first: int, last: int, tokens: int
) -> tuple[int, int]:
    """A range of the `size` tokens of a text with so many on each side of first..last (included) as their lines have,
    but SEED at least."""
    line = bisect_right(lines, (first, size)) - 1
    line_end = bisect_right(lines, (last, size)) - 1
    low, high = max(first - tokens, lines[line][0]), min(last + 1 + tokens, lines[line_end][1])
    if high - low < SEED:
        low, high = max(first - SEED + 1, 0), min(last + SEED, size)
    return low, high


def holds(places: Sequence[int], low: int, high: int) -> bool:
    """Whether one of the places, in order, lies in low..high (included)."""
    at = bisect_left(places, low)
    return at < len(places) and places[at] <= high


def _places(seeds: Sequence[bytes], wanted: set[bytes]) -> list[int]:
    return [at for at, gram in enumerate(seeds) if gram in wanted] if wanted else []
