"""The search for one old text, known by its fingerprint, in one new text (see communique.text.reanchor)."""

from __future__ import annotations

import base64
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from communique.text import fingerprint as fp
from communique.text import sharing
from communique.text.alignment import (
    SEED,
    Claims,
    common_seeds,
    find_blocks,
    find_runs,
    found_once,
    grams,
    match_paragraphs,
)
from communique.text.anchors import Anchored, SpanStatus
from communique.text.edges import place, place_between
from communique.text.keys import Keyed
from communique.text.repeats import Repeats, around

CONTEXT = 5
# Of two sentences that end in "…, he said." one may have taken the other's place.
BESIDE = 2
# What less than one token in so many is left of may be another article with the same note below it.
LEAST = 10
# News has 0.01 to 0.03 of equal pairs of words.
ALIKE = 0.06
_HINT = 40


def by_key(new: Keyed, span: fp.SpanCheck, shift: int, clip: tuple[int, int]) -> Anchored:
    """Place a span whose surroundings are known to have an equal key. `shift`: new minus old key offset."""
    low, high = span["key"][0] + shift, span["key"][1] + shift
    if low < high:
        placed = place(new, low, high, span["lead"], span["trail"])
    else:
        placed = place_between(new, low, span["lead"], clip)
    if placed is None:
        near = (new.source_at(low), new.source_at(high - 1) + 1) if low < high else None
        return Anchored("changed", reason="its punctuation or its edge is not the same", near=near)
    start, end = placed
    status: SpanStatus = "exact" if placed == (span["start"], span["end"]) else "moved"
    return Anchored(status, start, end, new.text[start:end])


class Search:
    """Paragraphs and runs of one old text found in one new text.

    `blocks`: old paragraph to (key offset in the new text, first and last code point of its place).
    `tokens`: claims on the old tokens, or None when the token digests aren't there or can't be opened.
    """

    def __init__(self, source: fp.Fingerprint, new: Keyed, secret: bytes | None) -> None:
        self.new = new
        self.paragraphs = source["paragraphs"] if source["level"] != "none" else []
        self.key_starts = [0]
        self.token_starts = [0]
        for paragraph in self.paragraphs:
            self.key_starts.append(self.key_starts[-1] + paragraph["keys"])
            self.token_starts.append(self.token_starts[-1] + paragraph["tokens"])
        self.blocks: dict[int, tuple[int, int, int]] = {}
        self.level = source["level"]
        self.tokens: Claims | None = None
        self.is_twice = False
        taken = self._find_paragraphs()
        self.secret = b""
        if self.level == "token":
            self.secret = secret or _recover(source, new) or b""
        if not self.secret or 2 * len(self.blocks) < len(self.paragraphs):
            self._find_windows(taken)
        if not self.secret:
            return
        self.old_tokens = old_tokens = base64.b64decode(source["tokens"])
        self.new_tokens = new_tokens = fp.token_digests(new, self.secret)
        ends = [last for _, last in new.paragraphs]
        old_grams, new_grams = grams(old_tokens), grams(new_tokens)
        self.seeds = common_seeds(old_grams, new_grams, self.token_starts[1:], ends)
        self.tokens = Claims(len(old_tokens), find_runs(old_tokens, new_tokens, self.seeds), taken)
        self.old_edges = set(self.token_starts)
        self.repeats = Repeats(
            old_tokens,
            new_tokens,
            old_grams,
            new_grams,
            self.seeds,
            self.old_edges,
            new.paragraphs,
            _sentences(new),
        )
        self.is_twice = self.is_twice or self.repeats.is_twice

    def _find_paragraphs(self) -> dict[int, int | None]:
        new = self.new
        # A short paragraph is digested with the one before it, so it may well have copies elsewhere.
        single = {at for at, p in enumerate(self.paragraphs) if p["copies"] == 1 or p["tokens"] < fp.SHORT}

        def allowed(old: int, there: int) -> bool:
            return new.whole.count(new.key(*new.paragraphs[there])) <= self.paragraphs[old]["copies"]

        digests = [fp.paragraph_digest(new, index) for index in range(len(new.paragraphs))]
        here, there = Counter(digests), Counter(p["digest"] for p in self.paragraphs)
        twice = [at for at, p in enumerate(self.paragraphs) if here[p["digest"]] > there[p["digest"]]]
        found = [at for at, p in enumerate(self.paragraphs) if here[p["digest"]]]
        self.is_twice = 2 * self._size(twice) > self._size(found)
        taken: dict[int, int | None] = {}
        matches = match_paragraphs([p["digest"] for p in self.paragraphs], digests, single, allowed)
        below = {**matches, len(self.paragraphs): len(digests)}
        for old_index, index in matches.items():
            # A short line that returns, as a time in a live blog, belongs to the line above or to the one below.
            short = (
                self.paragraphs[old_index]["tokens"] < fp.SHORT and self.paragraphs[old_index]["copies"] > 1
            )
            if short and below.get(old_index + 1) != index + 1:
                continue
            first, last = new.paragraphs[index]
            same = last - first == self.paragraphs[old_index]["tokens"]
            shift = first - self.token_starts[old_index] if same else None
            self._settle(old_index, first, last, shift, taken)
        return taken

    def _settle(
        self, index: int, first: int, last: int, shift: int | None, taken: dict[int, int | None]
    ) -> None:
        new = self.new
        line_start = new.text.rfind("\n", 0, new.starts[first]) + 1
        line_end = new.text.find("\n", new.ends[last - 1])
        self.blocks[index] = (new.bounds[first], line_start, line_end if line_end >= 0 else len(new.text))
        taken.update(dict.fromkeys(range(first, last), shift))

    def _find_windows(self, taken: dict[int, int | None]) -> None:
        """Old paragraphs that are not a line of their own in the new text: joined or broken lines."""
        missing = {
            paragraph["digest"]: index
            for index, paragraph in enumerate(self.paragraphs)
            if index not in self.blocks and paragraph["tokens"] >= fp.SHORT and paragraph["copies"] == 1
        }
        lengths = {self.paragraphs[index]["tokens"] for index in missing.values()}
        places = find_blocks(self.new, lengths, fp.block_digest, missing.keys(), taken)
        twice = self._size(missing[one] for one, there in places.items() if len(there) > 1)
        found_here = self._size([*self.blocks, *(missing[one] for one in places)])
        self.is_twice = self.is_twice or 2 * twice > found_here
        windows = [
            (missing[found], first, last)
            for found, (first, last) in found_once(places)
            if self.new.whole.count(self.new.key(first, last)) == 1
        ]
        # Where most of an article is gone, two lines that together are a paragraph may be the rests of others,
        # and no token digest is there to tell.
        sure = bool(self.secret) or 2 * (len(self.blocks) + len(windows)) >= len(self.paragraphs)
        for index, first, last in windows:
            if sure or not self._has_seam(first, last):
                self._settle(index, first, last, first - self.token_starts[index], taken)

    def _size(self, paragraphs: Iterable[int]) -> int:
        """Number of tokens of old paragraphs."""
        return sum(self.paragraphs[index]["tokens"] for index in paragraphs)

    def _has_seam(self, first: int, last: int) -> bool:
        """Whether a line ends at the end of a sentence within new tokens."""
        lines = self.new.paragraphs
        at = bisect_right(lines, (first, len(self.new.keys)))
        while at < len(lines) and lines[at][0] < last:
            if not _goes_on(self.new, lines[at][0]):
                return True
            at += 1
        return False

    @property
    def found_any(self) -> bool:
        """Whether anything of the old text was found."""
        return bool(self.blocks) or (self.tokens is not None and bool(self.tokens.counted))

    @cached_property
    def is_too_little(self) -> bool:
        """Whether hardly anything was found, as in another article that shares a passage with this one."""
        found = self._size(self.blocks)
        if self.tokens is not None:
            found = max(found, sum(shift is not None for shift in self.tokens.shift))
        return LEAST * found < self.token_starts[-1]

    @cached_property
    def is_alike(self) -> bool:
        """Whether so many words of the old text are the same that SEED of them agree by chance.

        Simpson's index (Measurement of diversity, Nature 163, 1949): the share of pairs of tokens that are equal.
        """
        size = len(self.old_tokens)
        equal = sum(count * (count - 1) for count in Counter(self.old_tokens).values())
        return equal > ALIKE * size * (size - 1)

    def anchor(self, span: fp.SpanCheck) -> Anchored:
        """What became of one span."""
        if self.is_too_little and self.found_any:
            return Anchored("lost", reason="too little of its article is in this text to know it by")
        if self.is_twice:
            return Anchored("ambiguous", reason="most of its article is printed twice in this text")
        found = self._in_paragraph(span) or self._in_run(span)
        if (
            found.start is not None
            and found.end is not None
            and self._is_copied(span, found.start, found.end)
        ):
            return Anchored(
                "ambiguous",
                reason="its words and those around them are printed again",
                near=(found.start, found.end),
            )
        return found

    def _is_copied(self, span: fp.SpanCheck, start: int, end: int) -> bool:
        """Whether the words around a span's place are found more often than in the old text.

        The place may then be a copy, and what the span was cut from another one with a word changed.
        """
        new = self.new
        first = bisect_right(new.ends, start)
        last = min(max(bisect_left(new.starts, end) - 1, first), len(new.keys) - 1)
        if first > last:
            return False
        if self.tokens is not None and "tokens" in span:
            old_first, old_last = span["tokens"]
            return self.repeats.is_doubtful(old_first, old_last, first, last)
        low, high = around(new.paragraphs, len(new.keys), first, last, BESIDE)
        paragraph = span.get("paragraph")
        copies = 1 if paragraph is None else self.paragraphs[paragraph]["copies"]
        return high - low >= SEED and new.whole.count(new.key(low, high)) > copies

    def _in_paragraph(self, span: fp.SpanCheck) -> Anchored | None:
        first = span.get("paragraph")
        if first is None or first not in self.blocks:
            return None
        key, low, high = self.blocks[first]
        at = first
        while span["key"][1] > self.key_starts[at + 1]:
            at += 1
            if (
                at not in self.blocks
                or self.blocks[at][0] != key + self.key_starts[at] - self.key_starts[first]
            ):
                return None
        return by_key(self.new, span, key - self.key_starts[first], (low, high))

    def _in_run(self, span: fp.SpanCheck) -> Anchored:
        if self.tokens is None:
            if self.level == "none":
                return Anchored("lost", reason="the text differs and its release has no fingerprints")
            return Anchored("lost", reason="its paragraph is not in this text, or was changed")
        if "tokens" not in span or "chars" not in span or "check" not in span or not self.tokens.shift:
            return Anchored("lost", reason="the span has no check at token level")
        first, last = span["tokens"]
        if any(token in self.tokens.contested for token in range(first, last + 1)):
            return Anchored("ambiguous", reason="its words are found in more than one place")
        shift = self.tokens.common_shift(first, last)
        near = self._near(first, last)
        if shift is None:
            window = self.old_tokens[max(first - 2, 0) : last + 3]
            if len(window) >= SEED and window in self.new_tokens:
                why = "its words are repeated, or too little around them is the same"
                return Anchored("ambiguous", reason=why, near=near)
            if near:
                why = "its surroundings are there, its own words differ"
                return Anchored("changed", reason=why, near=near)
            return Anchored("lost", reason="its words and their surroundings are not in this text")
        if self.is_alike:
            why = "its article has too few different words to tell its places apart"
            return Anchored("ambiguous", reason=why, near=near)
        new = self.new
        key_first = new.bounds[first + shift] + span["chars"][0]
        key_last = new.bounds[last + shift] + span["chars"][1]
        empty = span["key"][0] == span["key"][1]
        key = "" if empty else new.whole[key_first:key_last]
        if fp.span_digest(key, self.secret) != span["check"]:
            return Anchored("changed", reason="its own check failed", near=near)
        if not self._in_context(first, last, shift, empty):
            return Anchored("ambiguous", reason="too little around it is the same", near=near)
        moved: fp.SpanCheck = {**span, "key": [key_first, key_first if empty else key_last]}
        return by_key(new, moved, 0, (0, len(new.text)))

    def _in_context(self, first: int, last: int, shift: int, empty: bool) -> bool:
        assert self.tokens is not None
        if any(at in self.seeds for at in range(first, last - SEED + 2)):
            return True
        if self._has_new_copies(first, last):
            return False
        left = self.tokens.reach(first - 1, -1, shift, CONTEXT)
        right = self.tokens.reach(last + 1, 1, shift, CONTEXT)
        start, end = first - left, last + 1 + right
        at_start = start in self.old_edges and start + shift in self.repeats.new_edges
        at_end = end in self.old_edges and end + shift in self.repeats.new_edges
        enough_left, enough_right = left >= BESIDE or at_start or empty, right >= BESIDE or at_end or empty
        return left + right >= CONTEXT and enough_left and enough_right

    def _has_new_copies(self, first: int, last: int) -> bool:
        """Whether, in some paragraph, the tokens are all repeated text of which the new text has more copies.

        One of the copies is then new, and nobody can say which.
        """
        starts = self.token_starts
        for at in range(bisect_right(starts, first) - 1, bisect_right(starts, last)):
            low, high = max(first, starts[at]), min(last + 1, starts[at + 1])
            if not any(token in self.seeds for token in range(low - SEED + 1, high)):
                window = self.old_tokens[max(low - 2, starts[at]) : min(high + 2, starts[at + 1])]
                if self.new_tokens.count(window) > self.old_tokens.count(window):
                    return True
        return False

    def _near(self, first: int, last: int) -> tuple[int, int] | None:
        """Where to look for a span: between its neighbours, or beside the one that is close to it."""
        assert self.tokens is not None
        shift, new = self.tokens.shift, self.new
        before = next(
            (t for t in range(first - 1, max(first - _HINT, 0) - 1, -1) if shift[t] is not None), None
        )
        after = next(
            (t for t in range(last + 1, min(last + _HINT, len(shift))) if shift[t] is not None), None
        )
        left = before + (shift[before] or 0) if before is not None else None
        right = after + (shift[after] or 0) if after is not None else None
        if left is not None and right is not None and 0 < right - left <= last - first + 2 * _HINT:
            low, high = (left + 1, right - 1) if right - left > 1 else (left, right)
        elif after is not None and right is not None and after - last <= CONTEXT:
            low, high = right - (after - first), right - (after - last)
        elif before is not None and left is not None and first - before <= CONTEXT:
            low, high = left + (first - before), left + (last - before)
        else:
            return None
        low = min(max(low, 0), len(new.keys) - 1)
        return new.starts[low], new.ends[min(max(high, low), len(new.keys) - 1)]


def _goes_on(new: Keyed, token: int) -> bool:
    """Whether the token before this one doesn't end in punctuation."""
    return new.text[new.ends[token - 1] - 1].isalnum()


def _sentences(new: Keyed) -> list[tuple[int, int]]:
    """The sentences of a text whose lines may end anywhere."""
    made: list[tuple[int, int]] = []
    for first, last in new.sentences:
        if made and _goes_on(new, first):
            first, _ = made.pop()
        made.append((first, last))
    return made


def _recover(source: fp.Fingerprint, new: Keyed) -> bytes | None:
    """The secret of the token digests, from the sentences of the new text that are whole."""
    sentences = source["sentences"]
    index_of = {sentence["tag"]: index for index, sentence in enumerate(sentences)}
    found: dict[int, str] = {}
    for first, last in new.sentences:
        if last - first >= fp.SENTENCE:
            key = new.key(first, last)
            index = index_of.get(fp.sentence_tag(key))
            if index is not None:
                found[index] = key
    if len(found) < source["threshold"]:
        missing = {tag for tag, index in index_of.items() if index not in found}
        lengths = {sentence["tokens"] for sentence in sentences if sentence["tag"] in missing}
        for tag, places in find_blocks(new, lengths, fp.sentence_tag, missing).items():
            found[index_of[tag]] = new.key(*places[0])
    shares = [(index, sentences[index]["share"], key) for index, key in sorted(found.items())]
    # Should a tag have matched by chance, the other end of the list may do without it.
    for candidate in (shares, shares[::-1]):
        secret = sharing.combine(candidate, source["threshold"], source["secret_check"])
        if secret is not None:
            return secret
    return None
