"""Offsets to the browser and back, against Python's own UTF-16 codec."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.text.utf16 import Utf16Map, to_code_point, to_utf16

HOSTILE = st.lists(
    st.sampled_from(
        ["👩‍👩‍👧", "🇺🇦", "𝔘", "e\u0301", "\xa0", "שלום", "\u202e", "\n", "a ", "\U0010ffff", "\uffff", "क्षि"]
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
).map("".join)


@given(HOSTILE)
def test_round_trip_and_codec(text: str) -> None:
    offsets = Utf16Map(text)
    assert offsets.utf16_length == len(text.encode("utf-16-le")) // 2
    for point in range(len(text) + 1):
        unit = offsets.to_utf16(point)
        assert unit == len(text[:point].encode("utf-16-le")) // 2
        assert offsets.to_code_point(unit) == point


@given(HOSTILE)
def test_only_code_point_boundaries_map_back(text: str) -> None:
    offsets = Utf16Map(text)
    boundaries = {offsets.to_utf16(point) for point in range(len(text) + 1)}
    for unit in range(offsets.utf16_length + 1):
        if unit not in boundaries:
            with pytest.raises(ValueError, match="surrogate pair"):
                offsets.to_code_point(unit)


def test_outside_is_refused_and_lists_agree() -> None:
    offsets = Utf16Map("a😀b")
    assert offsets.all_to_utf16(range(4)) == [0, 1, 3, 4]
    assert offsets.all_to_code_point([0, 1, 3, 4]) == [0, 1, 2, 3]
    assert (to_utf16("a😀b", 2), to_code_point("a😀b", 3)) == (3, 2)
    for wrong in (-1, 5):
        with pytest.raises(ValueError, match="outside"):
            offsets.to_code_point(wrong)
    with pytest.raises(ValueError, match="outside"):
        offsets.to_utf16(4)
