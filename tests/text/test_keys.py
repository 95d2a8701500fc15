"""Keys: what they ignore, what they keep, and offsets to key offsets and back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.text.keys import keyed, token_key

HOSTILE = st.lists(
    st.sampled_from(
        [
            "👩‍👩‍👧",
            "🇺🇦",
            "𝔘x",
            "e\u0301lan",
            "\xa0",
            "שלום",
            "\u202e",
            "\n",
            " ",
            "Ⅷ",
            "ﬁnal",
            "ẞ",
            "中文。",
            "か\u3099",
            "1,500.",
            "U.S.",
        ]
    )
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5)
).map("".join)


@given(HOSTILE)
def test_offsets_and_key_offsets_agree(text: str) -> None:
    k = keyed(text)
    assert k.whole == "".join(k.keys)
    assert k.bounds[-1] == len(k.whole) == k.total
    counts = [k.key_at(offset) for offset in range(len(text) + 1)]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, k.total)
    for key in range(k.total):
        source = k.source_at(key)
        assert counts[source] <= key < counts[source + 1]


@given(HOSTILE)
def test_ranges_partition_the_tokens(text: str) -> None:
    k = keyed(text)
    for ranges in (k.paragraphs, k.sentences):
        assert [t for low, high in ranges for t in range(low, high)] == list(range(len(k.keys)))
    starts = {low for low, _ in k.sentences}
    assert all(low in starts for low, _ in k.paragraphs)


@given(HOSTILE)
def test_composed_and_decomposed_texts_have_one_key(text: str) -> None:
    assert keyed(unicodedata.normalize("NFC", text)).whole == keyed(unicodedata.normalize("NFD", text)).whole


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Russia’s", "Russias"),
        ("“isn't”", "isnt"),
        ("HouseAFPGetty", "House/AFP/Getty"),
        ("red\u2014blue", "redblue"),
        ("Straße", "STRASSE"),
        ("a\u200bb\u00adc", "abc"),
        ("don\u02bct", "don\u00b4t"),
        ("1️", "1"),
    ],
)
def test_ignored_differences(one: str, other: str) -> None:
    assert token_key(one) == token_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.5", "15"), ("1,500", "1.500"), ("$5", "£5"), ("résumé", "resume"), ("क्या", "कया"), ("no", "not")],
)
def test_kept_differences(one: str, other: str) -> None:
    assert token_key(one) != token_key(other)


def test_scripts_without_spaces_are_cut_by_character() -> None:
    assert keyed("拜登说：“是的。”").keys == ["拜", "登", "说", "是", "的"]
    assert keyed("がか\u3099").keys == ["か\u3099", "か\u3099"]
