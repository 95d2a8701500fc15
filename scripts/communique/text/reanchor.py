"""Spans of one text put back into another copy of it, or flagged.

The rule: no span is emitted unless its own check has passed; a silent shift is worse than a loss.

1. The digest of the text is equal: offsets as they are.
2. The digest of its key is equal (communique.text.keys): offsets by counting key characters.
3. A paragraph's digest is equal, wherever the paragraph stands: the same inside the paragraph. The equal
   digest of all of its key is the check of every span in it.
4. Inside other paragraphs, at fingerprint level `token`: the span's tokens lie in one run of equal tokens
   (communique.text.alignment) that nothing contests; its keyed check is equal; and either it holds a unique
   seed itself, or CONTEXT tokens beside it are in the run too, at least one on each side (the start or end
   of a paragraph in both texts counts as a side).
5. Of all this nothing is emitted where SEED tokens of the old text, within AROUND of the span, are printed
   more often than they were (one of the two places is a copy), nor anywhere if most of the article is; where
   they were repeated already (communique.text.repeats), unless the sentences that the span lies in have
   SEED seeds each, or the repeated text has both neighbours that it had (for one of them the end of a line
   will do, if no line end around differs); or where less than a tenth of the article is there at all (it may
   be another one that shares a passage with it). A short paragraph that returns needs its neighbours too.

Without token digests (level `paragraph`, or a text too different to open them) repeated sentences can't be
told from others: a paragraph is put together of several lines only where most of the article is found.

The old text need not be there: its Fingerprint and the spans' SpanChecks are enough. `reanchor_text` is for
an article whose text was superseded, when both texts are.
"""

from __future__ import annotations

from collections.abc import Sequence

from communique.text import fingerprint as fp
from communique.text.anchors import SPAN_STATUSES, Anchored, Report, SpanStatus, TextStatus, Unit, together
from communique.text.canonical import TextError, digest
from communique.text.keys import KEYS, Keyed, keyed
from communique.text.search import Search, by_key
from communique.text.spans import SpanLike

__all__ = [
    "SPAN_STATUSES",
    "Anchored",
    "Report",
    "SpanStatus",
    "TextStatus",
    "Unit",
    "reanchor",
    "reanchor_keyed",
    "reanchor_text",
    "together",
]


def reanchor_text(old: str, spans: Sequence[SpanLike], new: str) -> Report:
    """Re-anchor spans of `old` in `new`, both canonical texts at hand."""
    source = keyed(old)
    return reanchor(
        fp.fingerprint_of(source, "token"),
        fp.span_checks_of(source, spans, "token"),
        new,
        secret=fp.secret_of(old),
    )


def reanchor(
    source: fp.Fingerprint, spans: Sequence[fp.SpanCheck], text: str, *, secret: bytes | None = None
) -> Report:
    """Re-anchor spans in `text`, a canonical text, with only the fingerprint of the text they belong to.

    `secret` opens the token digests when the text is too different to open them itself.
    Raises TextError when the fingerprint was made by rules that this version doesn't know, or is damaged.
    """
    return reanchor_keyed(source, spans, keyed(text), secret=secret)[0]


def reanchor_keyed(
    source: fp.Fingerprint, spans: Sequence[fp.SpanCheck], new: Keyed, *, secret: bytes | None = None
) -> tuple[Report, bytes]:
    """`reanchor` in a text already cut into tokens; also the secret that it opened, empty if none was needed."""
    _check_scheme(source)
    paragraphs = source.get("paragraphs", [])
    text = new.text
    if digest(text) == source["digest"]:
        same = [Anchored("exact", s["start"], s["end"], text[s["start"] : s["end"]]) for s in spans]
        return Report("identical", same, len(paragraphs), len(paragraphs), True), b""
    if new.keys and fp.key_digest(new.whole) == source["key_digest"]:
        whole = [by_key(new, span, 0, (0, len(text))) for span in spans]
        return Report("normalised", whole, len(paragraphs), len(paragraphs), True), b""
    try:
        search = Search(source, new, secret)
        found = [search.anchor(span) for span in spans]
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise TextError(
            "A fingerprint is damaged: its parts contradict one another.",
            expected="paragraphs, sentences, tokens and span checks made together from one text",
            found=f"{type(error).__name__}: {error}",
            mend="fetch the release again and verify its checksums",
        ) from error
    status: TextStatus = "drifted" if search.found_any else "unrelated"
    if source["level"] == "none":
        status = "differs"
    report = Report(status, found, len(paragraphs), len(search.blocks), search.tokens is not None)
    return report, search.secret


def _check_scheme(source: fp.Fingerprint) -> None:
    for name, known in (("scheme", fp.FINGERPRINT), ("keys", KEYS)):
        if source.get(name) != known:
            raise TextError(
                "This fingerprint was made by rules that this version doesn't know.",
                field=name,
                expected=known,
                found=repr(source.get(name)),
                mend="use the version of communique that made the release",
            )
