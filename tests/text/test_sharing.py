"""The secret comes back from enough sentences and from no fewer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from communique.text import sharing


@given(st.binary(min_size=1), st.sets(st.text(min_size=1), min_size=2, max_size=12), st.data())
def test_threshold(material: bytes, chosen: set[str], data: st.DataObject) -> None:
    sentences = sorted(chosen)
    threshold = data.draw(st.integers(2, len(sentences)))
    secret = sharing.make_secret(material)
    check = sharing.secret_check(secret)
    masked = sharing.split(secret, sentences, threshold)
    order = data.draw(st.permutations(range(len(sentences))))
    shares = [(at, masked[at], sentences[at]) for at in order]
    assert sharing.combine(shares, threshold, check) == secret
    assert sharing.combine(shares[: threshold - 1], threshold, check) is None
    assert sharing.combine(shares[: threshold - 1], threshold - 1, check) is None
    wrong = [(at, share, sentence + "x") for at, share, sentence in shares]
    assert sharing.combine(wrong, threshold, check) is None


def test_follows_from_the_text_alone() -> None:
    secret = sharing.make_secret(b"text")
    assert secret == sharing.make_secret(b"text") != sharing.make_secret(b"texts")
    assert sharing.split(secret, ["a", "b"], 2) == sharing.split(secret, ["a", "b"], 2)
