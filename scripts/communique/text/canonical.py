"""From bytes to canonical text, or to an error that says where the bytes are wrong.

Canonical text is what every offset in the corpus points into. The normaliser is named, so that a digest
or an offset can say which text it means: `communique-text/1` is

1. byte order marks at the very start dropped,
2. CRLF and lone CR become `\\n`,
3. refused, never repaired: lone surrogates, and control characters (Unicode category Cc: C0, DEL, C1)
   other than `\\n` and `\\t`,
4. nothing else changed. In particular U+2028, U+2029, U+00A0, U+200B and a U+FEFF inside the text stay as
   they are, and no Unicode normalisation form is applied: each is one code point and moves no offset.

C1 controls are refused because in practice they are Windows-1252 punctuation read as Latin-1. NEL
(U+0085) is one of them and is refused too.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from communique.errors import CommuniqueError

NORMALISER = "communique-text/1"

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_BYTES = bytes({*range(32), 127} - {9, 10, 12, 13, 27})
_SAMPLE = 65_536
_BINARY_SHARE = 0.05
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class TextError(CommuniqueError):
    """Bytes or characters that cannot become canonical text."""


def decode(data: bytes, encoding: str = "utf-8", *, file: str | Path | None = None) -> str:
    """Decode `data`; a leading byte order mark is dropped, nothing else is changed.

    Raises TextError when the data is empty, binary, or not valid in `encoding`; the last names the
    offset of the first bad byte (0-based, in bytes) and its value.
    """
    if not data:
        raise _empty(data, file)
    try:
        single_byte = "\n".encode(encoding) == b"\n"
    except (LookupError, UnicodeError):
        raise TextError(
            f"There is no text encoding named {encoding!r}.",
            file=file,
            expected="a Python codec name, such as utf-8, cp1252, latin-1 or utf-16",
            found=repr(encoding),
            mend="give --encoding a known name",
        ) from None
    if single_byte:
        _refuse_binary(data, file)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, encoding, file) from None
    text = text.lstrip("\ufeff")
    if not text.strip():
        raise _empty(data, file)
    return text


def canonical(text: str, *, file: str | Path | None = None) -> str:
    """The canonical form of `text` (module docstring). Idempotent.

    Raises TextError at the first lone surrogate or control character; the position is in code points,
    0-based, into the text with its line ends already made `\\n`.
    """
    text = text.lstrip("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    bad = _REFUSED.search(text)
    if bad is None:
        return text
    at, code = bad.start(), ord(bad.group())
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    place = f"U+{code:04X} at code point {at} (line {line}, column {column})"
    if 0xD800 <= code <= 0xDFFF:
        raise TextError(
            "The text holds a lone surrogate, which is no character and cannot be stored as UTF-8.",
            file=file,
            expected="whole characters",
            found=place,
            mend="repair it in the source; often an emoji was cut in half",
        )
    mend = "remove it from the source"
    if 0x80 <= code <= 0x9F:
        mend = "the text was probably Windows-1252 read as Latin-1: ingest it with --encoding cp1252"
    raise TextError(
        "The text holds a control character.",
        file=file,
        expected="no control characters but line feed and tab",
        found=place,
        mend=mend,
    )


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in lower-case hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _empty(data: bytes, file: str | Path | None) -> TextError:
    return TextError(
        "The file is empty.",
        file=file,
        expected="text",
        found=f"{len(data)} bytes" + (", all white space" if data else ""),
        mend="remove the file, or fetch it again",
    )


def _refuse_binary(data: bytes, file: str | Path | None) -> None:
    sample = data[:_SAMPLE]
    mend = "give a text file; extract the text of a PDF, Word or image file first"
    if data.startswith(_UTF16_MARKS):
        raise TextError(
            "The file is not in the encoding asked for: it starts with a UTF-16 byte order mark.",
            file=file,
            expected="UTF-8",
            found=f"bytes 0x{data[0]:02X} 0x{data[1]:02X} at byte 0",
            mend="ingest it with --encoding utf-16",
        )
    nul = data.find(b"\0")
    if nul >= 0:
        raise TextError(
            "The file is binary, not text.",
            file=file,
            expected="text",
            found=f"a NUL byte at byte {nul}",
            mend=mend + "; if it is UTF-16 without a mark, use --encoding utf-16-le or utf-16-be",
        )
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    if controls > _BINARY_SHARE * len(sample):
        raise TextError(
            "The file is binary, not text.",
            file=file,
            expected="text",
            found=f"{controls} control bytes in the first {len(sample)}",
            mend=mend,
        )


def _undecodable(data: bytes, error: UnicodeDecodeError, encoding: str, file: str | Path | None) -> TextError:
    at = error.start
    line = data.count(b"\n", 0, at) + 1
    found = f"0x{data[at]:02X} at byte {at} (line {line}): {error.reason}"
    if data[at] == 0xED and data[at + 1 : at + 2] >= b"\xa0":
        found += "; these bytes are a lone surrogate"
    return TextError(
        f"The file is not valid {encoding}.",
        file=file,
        expected=encoding,
        found=found,
        mend="name the file's encoding with --encoding (often cp1252 or latin-1), or convert it to UTF-8",
    )
