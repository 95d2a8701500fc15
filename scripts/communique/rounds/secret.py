"""A key or password that does not print itself."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Holds a key so that `repr`, `str`, `format`, a logged argument or a traceback with locals show `***`.

    The text comes out only through `reveal()`, which is called where it goes onto the wire. Pickling is
    refused, since a pickle is a file.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret) -> None:
        self._value = value.reveal() if isinstance(value, Secret) else value

    def reveal(self) -> str:
        return self._value

    def hide(self, text: str) -> str:
        """`text` with the secret blanked out, for messages that quote what a server said."""
        return text.replace(self._value, "***") if self._value else text

    def __repr__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not written anywhere")


class Unseen(dict[str, str]):
    """A form or request body with a secret in it, which a traceback with local variables does not show."""

    def __repr__(self) -> str:
        return "***"
