"""Bytes to canonical text: what passes unchanged, what is refused and how it is said."""

from __future__ import annotations

import codecs
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.text.canonical import TextError, canonical, decode, digest

ANY_CHARACTER = st.characters(codec=None, categories=None)
LEGAL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"))


@given(LEGAL)
def test_legal_text_is_unchanged_but_for_a_leading_mark(text: str) -> None:
    assert canonical(text) == text.lstrip("\ufeff")


@given(st.lists(LEGAL | st.sampled_from(["\r", "\r\n", "\n"])))
def test_line_ends_become_line_feeds_and_nothing_else_changes(parts: list[str]) -> None:
    text = "".join(parts).lstrip("\ufeff")
    expected = "".join(
        character if character != "\r" else "" if text[at + 1 : at + 2] == "\n" else "\n"
        for at, character in enumerate(text)
    )
    assert canonical(text) == expected


@given(st.text(ANY_CHARACTER))
def test_idempotent_or_refused(text: str) -> None:
    try:
        once = canonical(text)
    except TextError:
        assert any(ord(c) < 32 or 0x7F <= ord(c) <= 0x9F or 0xD800 <= ord(c) <= 0xDFFF for c in text)
    else:
        assert canonical(once) == once
        if once.strip():
            assert decode(once.encode("utf-8")) == once


@pytest.mark.parametrize(
    "code", [*range(0x9), 0xB, 0xC, *range(0xE, 0x20), *range(0x7F, 0xA0), 0xD800, 0xDFFF]
)
def test_each_refused_character_is_named_with_its_place(code: int) -> None:
    with pytest.raises(TextError) as caught:
        canonical(f"one\r\ntw{chr(code)}o", file="a.txt")
    assert caught.value.file == "a.txt"
    assert caught.value.found is not None
    assert caught.value.found.startswith(f"U+{code:04X} at code point 6 (line 2, column 3)")


@pytest.mark.parametrize(
    "character", ["\u2028", "\u2029", "\xa0", "\u200b", "\u200d", "\u202e", "\U0010ffff", "\ufffe"]
)
def test_odd_but_legal_characters_stay(character: str) -> None:
    assert canonical(f"a{character}b") == f"a{character}b"


def test_a_mark_inside_stays_and_a_leading_one_goes() -> None:
    assert canonical("\ufeffa\ufeffb") == "a\ufeffb"
    assert decode(codecs.BOM_UTF8 + "é".encode()) == "é"


@pytest.mark.parametrize(
    ("data", "at", "value"),
    [
        (b"abc\xff", 3, "0xFF"),
        ("café".encode("cp1252"), 3, "0xE9"),
        (b"x\n\xed\xa0\x80y", 2, "0xED"),
        (b"\xc3", 0, "0xC3"),
    ],
)
def test_not_utf8_names_the_byte_and_offers_the_option(data: bytes, at: int, value: str) -> None:
    with pytest.raises(TextError) as caught:
        decode(data, file="b.txt")
    error = caught.value
    assert f"{value} at byte {at}" in str(error)
    assert "--encoding" in str(error.mend)
    assert error.file == "b.txt"


def test_another_encoding_decodes() -> None:
    assert decode("café “x”".encode("cp1252"), "cp1252") == "café “x”"
    assert decode("käse".encode("utf-16"), "utf-16") == "käse"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b" \r\n\t", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"%PDF-1.7" + bytes(range(1, 9)) * 5, "binary"),
        ("käse".encode("utf-16"), "utf-16"),
    ],
)
def test_no_text_has_its_own_message(data: bytes, message: str) -> None:
    with pytest.raises(TextError) as caught:
        decode(data)
    assert message in str(caught.value).lower()


@pytest.mark.parametrize("encoding", ["utf8-typo", "hex", "rot13"])
def test_unknown_encoding(encoding: str) -> None:
    with pytest.raises(TextError, match="no text encoding named"):
        decode(b"abc", encoding)


def test_digest_is_sha256_of_utf8() -> None:
    assert digest("é") == hashlib.sha256("é".encode()).hexdigest()
    # FIPS 180-4 example for "abc".
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
