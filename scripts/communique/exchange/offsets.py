"""In which unit do foreign offsets count? Decided by the words that stand beside them, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from communique.exchange.format import ExchangeError
from communique.text.utf16 import Utf16Map

UNITS = ("code-points", "utf-16", "bytes")
#: (start, end, words or None)
Triple = tuple[int, int, str | None]


@dataclass(frozen=True)
class Converter:
    """Maps offsets of one unit into one text to code points of its canonical form; None where there is none."""

    unit: str
    convert: Callable[[int], int | None]


def converters(original: str, canonical: str) -> dict[str, Converter]:
    """Every reading of offsets into a text by name.

    `original` is the text before line ends were made LF. `… with CR LF` count CR LF as two characters.
    """
    found = _plain(canonical, "")
    if original != canonical:
        dropped = _positions_without_cr(original)

        def through(inner: Callable[[int], int | None]) -> Callable[[int], int | None]:
            def outer(offset: int) -> int | None:
                at = inner(offset)
                return None if at is None else dropped[at]

            return outer

        for name, one in _plain(original, " with CR LF").items():
            found[name] = Converter(name, through(one.convert))
    return found


def _plain(text: str, note: str) -> dict[str, Converter]:
    size = len(text)
    utf16 = Utf16Map(text)
    sizes = list(accumulate((len(char.encode("utf-8", "surrogatepass")) for char in text), initial=0))
    at_byte = {offset: index for index, offset in enumerate(sizes)}

    def same(offset: int) -> int | None:
        return offset if 0 <= offset <= size else None

    def units(offset: int) -> int | None:
        try:
            return utf16.to_code_point(offset)
        except ValueError:
            return None

    named: dict[str, Callable[[int], int | None]] = {
        "code-points": same,
        "utf-16": units,
        "bytes": at_byte.get,
    }
    return {name + note: Converter(name + note, function) for name, function in named.items()}


def _positions_without_cr(original: str) -> list[int]:
    """For each position of `original` the position in the text whose CR LF and CR are LF."""
    places, at = [], 0
    for index, char in enumerate(original):
        places.append(at)
        at += not (char == "\r" and original[index + 1 : index + 2] == "\n")
    return [*places, at]


def fit(triples: Sequence[Triple], canonical: str, converter: Converter) -> float:
    """Share of the spans with words whose words stand at their offsets; 1.0 when no span carries words."""
    told = [triple for triple in triples if triple[2] is not None]
    if not told:
        return 1.0
    right = 0
    for start, end, words in told:
        low, high = converter.convert(start), converter.convert(end)
        right += low is not None and high is not None and loose(canonical[low:high]) == loose(words or "")
    return right / len(told)


def loose(words: str) -> str:
    """Words with every run of white space as one blank: formats write a line break inside a span as a blank."""
    return " ".join(words.split())


def choose(
    triples: Sequence[Triple], original: str, canonical: str, unit: str, file: Path | str
) -> tuple[Converter, float]:
    """The converter for offsets said to count in `unit`, and the share of spans that it fits.

    Where the text had CR LF line ends, both readings are tried and the better is taken, since files do not
    say which they mean. Raises ExchangeError when fewer than half of the spans fit and another unit fits
    more of them.
    """
    if unit not in UNITS:
        raise ExchangeError("There is no such unit of offsets.", expected=", ".join(UNITS), found=unit)
    every = converters(original, canonical)
    shares = {name: fit(triples, canonical, converter) for name, converter in every.items()}
    asked = [name for name in every if name in (unit, f"{unit} with CR LF")]
    best = max(asked, key=lambda name: shares[name])
    other = max(shares, key=lambda name: shares[name])
    if shares[other] > shares[best] and (shares[best] < 0.5 or shares[other] == 1.0):
        meant = other.removesuffix(" with CR LF")
        raise ExchangeError(
            f"The offsets do not count in {unit}.",
            file=file,
            expected=f"spans whose words stand at their offsets; {shares[best]:.1%} of {len(triples)} do",
            found=f"read as {other}, {shares[other]:.1%} would fit",
            mend=f"import with --offsets {meant}",
        )
    return every[best], shares[best]
