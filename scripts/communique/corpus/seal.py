"""Values that only the owner of a text can read: excerpts and remarks that can't be cut out of it again.

A lemma, an expression of time or a remark that quotes the article is withheld with it. So that a reader with
the text gets it back word by word, the values of an article are compressed and encrypted under a key that
follows from the text's key (communique.text.keys: letters and digits, so another scrape with other quotation
marks opens it too). At fingerprint level `token` the key is shipped under the token digests' secret as well,
which a damaged copy still opens (communique.text.sharing). The length is not hidden.

The cipher is BLAKE2b as a keyed stream with a keyed digest over the whole (encrypt-then-MAC); each key is
used once, since it follows from one text.
"""

from __future__ import annotations

import base64
import json
import zlib
from hashlib import blake2b
from typing import Any

from communique.errors import ProjectError
from communique.text import fingerprint as fp
from communique.text.keys import Keyed

_BLOCK = 64


def key_of(source: Keyed) -> bytes:
    """The key that follows from a text."""
    return blake2b(source.whole.encode("utf-8"), digest_size=32, person=b"communique-seal").digest()


def seal(values: Any, key: bytes) -> str:
    """JSON-able values as text that `key` opens. Equal values and key give equal text."""
    plain = zlib.compress(json.dumps(values, ensure_ascii=False, sort_keys=True).encode("utf-8"), 9)
    hidden = _stream(plain, key)
    return base64.b64encode(_mac(hidden, key) + hidden).decode("ascii")


def unseal(text: str, key: bytes) -> Any | None:
    """The values, or None when this is not the key. Raises ProjectError when the text is damaged."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise ProjectError("Sealed values are damaged.", mend="fetch the release again") from None
    mac, hidden = data[:16], data[16:]
    if _mac(hidden, key) != mac:
        return None
    return json.loads(zlib.decompress(_stream(hidden, key)))


def wrap(key: bytes, source_text: str) -> str:
    """The key under the secret of the text's token digests, in hex."""
    return _stream(key, fp.secret_of(source_text), b"communique-wrap").hex()


def unwrap(wrapped: str, secret: bytes) -> bytes:
    """The key from `wrap` and the secret that a damaged copy gave."""
    return _stream(bytes.fromhex(wrapped), secret, b"communique-wrap")


def _mac(data: bytes, key: bytes) -> bytes:
    return blake2b(data, key=key, digest_size=16, person=b"communique-smac").digest()


def _stream(data: bytes, key: bytes, person: bytes = b"communique-strm") -> bytes:
    blocks = (
        blake2b(number.to_bytes(8), key=key, digest_size=_BLOCK, person=person).digest()
        for number in range(-(-len(data) // _BLOCK))
    )
    pad = b"".join(blocks)[: len(data)]
    return (int.from_bytes(data) ^ int.from_bytes(pad)).to_bytes(len(data))
