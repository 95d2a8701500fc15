"""Real servers and a real browser for the rounds' tests.

The migrated database is kept in the checkout's git-ignored `.label-studio/`, so it is made once per
checkout and version (half a minute) and every server starts from a copy. Safe under pytest-xdist: the
first worker makes it, the others wait on its lock.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import warm

from communique.rounds import client, folderlock, server, serverfolder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def simple_config() -> str:
    """A labeling config with two span labels and one relation."""
    return """<View>
  <Labels name="span" toName="text"><Label value="Cue" hotkey="1"/><Label value="Source" hotkey="2"/></Labels>
  <Relations><Relation value="source"/></Relations>
  <Text name="text" value="$text" granularity="symbol"/>
</View>"""


@pytest.fixture(scope="session")
def free_port() -> Iterator[Callable[[], int]]:
    """Gives ports that nobody else gets while these tests run, each with the port after it.

    A server takes its port some seconds after it was chosen. So it is one that the system gives to no outgoing
    connection, and whoever runs these tests at the same time, in another process or checkout, knows by a lock
    that it is taken.
    """
    folder = Path(tempfile.gettempdir()) / f"communique-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    told = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first_outgoing = int(told.read_text().split()[0]) if told.exists() else 49_152
    ports = list(range(10_000, min(first_outgoing, 32_000), 2))
    random.SystemRandom().shuffle(ports)
    with contextlib.ExitStack() as held:

        def choose() -> int:
            while True:
                port = ports.pop()
                lock = folderlock.take(folder / f"{port}.lock")
                if lock is not None:
                    held.callback(os.close, lock)
                    if all(server.port_free("127.0.0.1", one) for one in (port, port + 1)):
                        return port

        yield choose


@pytest.fixture(scope="session")
def ls_template() -> Path:
    """Folder with the migrated database; pass it as `templates` to `server.start`."""
    folder = ROOT / ".label-studio"
    serverfolder.template_database(folder, serverfolder.installed_version(), lambda message: None)
    return folder


@contextlib.contextmanager
def _warm() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        quick = SimpleNamespace(Popen=warm.Popen, DEVNULL=subprocess.DEVNULL)
        patch.setattr(server, "subprocess", quick)
        yield


@pytest.fixture
def warm_servers() -> Iterator[None]:
    """Servers that this test starts have imported everything already."""
    with _warm():
        yield


@pytest.fixture(scope="module")
def ls_server(
    ls_template: Path, free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[server.Server]:
    """A running server of this module's own; `.token()` is its administrator's key."""
    folder = tmp_path_factory.mktemp("label-studio") / "server"
    with _warm():
        running = server.start(folder, port=free_port(), templates=ls_template)
    with running:
        yield running


@pytest.fixture(scope="module")
def ls(ls_server: server.Server) -> Iterator[client.LabelStudio]:
    """A client of `ls_server` as administrator."""
    with client.connect(ls_server.url, ls_server.token()) as connected:
        yield connected
