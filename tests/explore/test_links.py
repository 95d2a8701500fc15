"""What may be linked to, and under which names pages lie."""

from __future__ import annotations

import pytest

from communique.explore.links import file_name, web_address, wikidata


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x",
        "file:///etc/passwd", "//example.org", "/relative", "", None, 7, "http://", "https:example.org",
        "https://example.org@evil.example/", "ftp://example.org", "https://[", "https://example.org/\u0000",
        "https://example.org/ x",
    ],
)  # fmt: skip
def test_only_web_addresses_are_linked(address: object) -> None:
    assert web_address(address) is None


@pytest.mark.parametrize(
    "address", ["https://example.org/a?b=c#d", "HTTP://example.org", "https://пример.рф/х"]
)
def test_web_addresses_are_kept_as_they_are(address: str) -> None:
    assert web_address(address) == address


@pytest.mark.parametrize("qid", ["Q0", "Q1x", "q1", "", None, "Q1\n", 'Q1"', 5])
def test_no_link_for_what_is_no_item(qid: object) -> None:
    assert wikidata(qid) is None


@pytest.mark.parametrize(
    "key", ["../x", "a/b", ".hidden", "con", "NUL.html", "a" * 300, "", "ä", "x.", "a b", "\ud800"]
)
def test_a_file_name_never_leaves_its_folder(key: str) -> None:
    name = file_name(key)
    assert name.startswith("x-")
    assert name.isascii()
    assert name == file_name(key)


def test_ids_are_their_own_file_names() -> None:
    assert file_name("guardian-20211207-joe-biden") == "guardian-20211207-joe-biden"
    assert file_name("PUTIN") == "PUTIN"
