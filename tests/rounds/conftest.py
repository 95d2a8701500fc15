"""Real servers and a real browser for the rounds' tests.

The migrated database is kept in the checkout's git-ignored `.label-studio/`, so it is made once per
checkout and version (half a minute) and every server starts from a copy. Safe under pytest-xdist: the
first worker makes it, the others wait on its lock.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from communique.rounds import client, server, serverfolder

ROOT = Path(__file__).parents[2]
if str(ROOT / "tests") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests"))


@pytest.fixture(scope="session")
def simple_config() -> str:
    """A labeling config with two span labels and one relation."""
    return """<View>
  <Labels name="span" toName="text"><Label value="Cue" hotkey="1"/><Label value="Source" hotkey="2"/></Labels>
  <Relations><Relation value="source"/></Relations>
  <Text name="text" value="$text" granularity="symbol"/>
</View>"""


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Gives ports of the ephemeral range, so that parallel workers do not meet."""

    def choose() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            number: int = probe.getsockname()[1]
            return number

    return choose


@pytest.fixture(scope="session")
def ls_template() -> Path:
    """Folder with the migrated database; pass it as `templates` to `server.start`."""
    folder = ROOT / ".label-studio"
    serverfolder.template_database(folder, serverfolder.installed_version(), lambda message: None)
    return folder


@pytest.fixture(scope="module")
def ls_server(
    ls_template: Path, free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[server.Server]:
    """A running server of this module's own; `.token()` is its administrator's key."""
    folder = tmp_path_factory.mktemp("label-studio") / "server"
    with server.start(folder, port=free_port(), templates=ls_template) as running:
        yield running


@pytest.fixture(scope="module")
def ls(ls_server: server.Server) -> Iterator[client.LabelStudio]:
    """A client of `ls_server` as administrator."""
    with client.connect(ls_server.url, ls_server.token()) as connected:
        yield connected
