"""A secret split among the sentences of a text: whoever has enough of the text has the secret.

Shamir's scheme (How to Share a Secret, CACM 22, 1979) over the prime field of 2**127 - 1: the secret is the
constant term of a polynomial of degree threshold-1, a share is its value at x = 1, 2, …; any `threshold`
shares give the secret, fewer give nothing. Each share is masked with a digest of one whole sentence. A
damaged copy still opens it as long as `threshold` sentences are whole, while somebody without the text must
guess that many whole sentences together. Everything follows from the text: no random numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

PRIME = (1 << 127) - 1
SECRET_BYTES = 16
_SHARE_BYTES = 16


def make_secret(material: bytes) -> bytes:
    """A secret of 16 bytes, below PRIME, that follows from `material`."""
    value = int.from_bytes(blake2b(material, digest_size=32, person=b"communique-secr").digest()) % PRIME
    return value.to_bytes(SECRET_BYTES)


def secret_check(secret: bytes) -> str:
    """A public digest by which a recovered secret is known to be right, 16 hex digits."""
    return blake2b(secret, digest_size=8, person=b"communique-chec").hexdigest()


def split(secret: bytes, sentences: Sequence[str], threshold: int) -> list[str]:
    """One masked share a sentence, 32 hex digits each, in order. Sentences must differ from one another."""
    coefficients = [int.from_bytes(secret)]
    for degree in range(1, threshold):
        digest = blake2b(degree.to_bytes(4), key=secret, digest_size=32, person=b"communique-poly")
        coefficients.append(int.from_bytes(digest.digest()) % PRIME)
    masked = []
    for x, sentence in enumerate(sentences, 1):
        value = 0
        for coefficient in reversed(coefficients):
            value = (value * x + coefficient) % PRIME
        masked.append((value ^ _mask(sentence)).to_bytes(_SHARE_BYTES).hex())
    return masked


def combine(shares: Sequence[tuple[int, str, str]], threshold: int, check: str) -> bytes | None:
    """The secret from (index from 0, masked share, sentence) of at least `threshold` sentences, or None.

    None also when the result doesn't pass `check`, so a sentence that only seemed to match does no harm.
    """
    if len(shares) < threshold:
        return None
    points = [(index + 1, int(share, 16) ^ _mask(sentence)) for index, share, sentence in shares[:threshold]]
    total = 0
    for x, value in points:
        above = below = 1
        for other, _ in points:
            if other != x:
                above = above * other % PRIME
                below = below * (other - x) % PRIME
        total = (total + value * above * pow(below, -1, PRIME)) % PRIME
    secret = total.to_bytes(SECRET_BYTES)
    return secret if secret_check(secret) == check else None


def _mask(sentence: str) -> int:
    return int.from_bytes(
        blake2b(sentence.encode(), digest_size=_SHARE_BYTES, person=b"communique-mask").digest()
    )
