"""The command line: one file a command; this one puts them together and turns errors into exit codes."""

from __future__ import annotations

import sys

#: Exit codes: fine, errors found, warnings only (validate), could not run.
OK, FOUND, WARNED, FAILED = 0, 1, 2, 3


def main() -> None:
    """Entry point of `communique`. An error that a user can mend is printed without a traceback."""
    from communique.commands.app import make_app
    from communique.errors import CommuniqueError

    try:
        make_app()()
    except CommuniqueError as error:
        print(f"communique: {error}", file=sys.stderr)
        sys.exit(FAILED)
