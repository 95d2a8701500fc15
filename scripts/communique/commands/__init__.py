"""The command line: one file a command; this one puts them together and turns errors into exit codes."""

from __future__ import annotations

import sys
import warnings

#: Exit codes: fine, errors found, warnings only (validate), could not run.
OK, FOUND, WARNED, FAILED = 0, 1, 2, 3
#: Interrupted from the keyboard, as shells say it.
INTERRUPTED = 130


def main() -> None:
    """Entry point of `communique`. An error that a user can mend is printed without a traceback."""
    from communique.commands.app import make_app
    from communique.errors import CommuniqueError

    warnings.formatwarning = _warning
    warnings.simplefilter("once", UserWarning)
    try:
        make_app()()
    except CommuniqueError as error:
        print(f"communique: {error}", file=sys.stderr)
        sys.exit(FAILED)


_formatted = warnings.formatwarning


def _warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """Our own warnings as the command line says things; the place in the code is of no use there."""
    if category.__module__.startswith("communique."):
        return f"communique: {message}\n"
    return _formatted(message, category, filename, lineno, line)
