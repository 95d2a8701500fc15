"""The embedded server: starting, refusing to start, ending, and being killed."""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from pace import slowness

from communique.rounds import client, folderlock, server, serverfolder
from communique.rounds.secret import Secret


@pytest.fixture
def listener() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_busy_port_is_refused_before_anything_is_made(tmp_path: Path, listener: int) -> None:
    with pytest.raises(server.PortBusy, match=f"port {listener} is taken"):
        server.start(tmp_path / "s", port=listener)
    assert {path.name for path in (tmp_path / "s").iterdir()} == {"server.lock"}
    assert not server.port_free("127.0.0.1", listener)


def test_without_a_wish_the_last_port_is_taken_again_unless_busy(listener: int, free_port: Callable) -> None:
    last = free_port()
    assert server._choose_port("127.0.0.1", None, last) == last
    assert server._choose_port("127.0.0.1", None, listener) != listener


def test_not_installed_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    with pytest.raises(server.ServerError, match=r"communique\[label-studio-server\]"):
        server.start(tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_full_disk_is_said_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serverfolder, "MINIMUM_FREE", 2**62)
    with pytest.raises(serverfolder.DiskFull, match="free some room"):
        server.start(tmp_path / "s")
    assert {path.name for path in (tmp_path / "s").iterdir()} == {"server.lock"}


def test_a_held_folder_is_refused_and_a_left_lock_is_not(tmp_path: Path) -> None:
    # The noted process is alive (it is this one): only the kernel's lock counts, never the number.
    lock = folderlock.take(tmp_path / "server.lock")
    assert lock is not None
    folderlock.note(lock, {"pid": os.getpid(), "url": "http://127.0.0.1:1", "port": 1})
    with pytest.raises(server.ServerAlreadyRunning, match=f"process {os.getpid()} at http"):
        server.start(tmp_path)
    assert server.running(tmp_path) == server.Status(os.getpid(), "http://127.0.0.1:1")
    os.close(lock)
    assert server.running(tmp_path) is None
    assert server.stop(tmp_path) is False


def test_the_environment_passes_no_secret_and_no_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LABEL_STUDIO_API_KEY", "SECRET_KEY", "USERNAME", "PASSWORD", "HOST", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "canary")
    assert "canary" not in serverfolder.environment(tmp_path).values()


def test_a_password_can_be_typed_and_does_not_show() -> None:
    words = [serverfolder.new_password() for _ in range(50)]
    assert len(set(words)) == 50
    for word in words:
        assert len(word.reveal()) == 17
        assert word.reveal().isascii()
        assert repr(word) == str(word) == f"{word}" == "***"


def test_a_secret_is_not_pickled() -> None:
    import pickle

    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(Secret("x"))


def listening(pid: int) -> set[tuple[str, int]]:
    """Addresses and ports on which a process listens (Linux)."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(link)
        except FileNotFoundError:  # closed since
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and parts[9] in inodes:
                address, port = parts[1].split(":")
                found.add((address, int(port, 16)))
    return found


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.slow
def test_a_server_from_first_start_to_kill_and_back(
    tmp_path: Path, ls_template: Path, free_port: Callable[[], int]
) -> None:
    folder, port = tmp_path / "s", free_port()
    lines: list[str] = []
    first = server.start(folder, port=port, templates=ls_template, progress=lines.append)
    try:
        assert first.url == f"http://127.0.0.1:{port}"
        assert any("starting" in line for line in lines)
        assert listening(first.pid) == {("0100007F", port)}
        assert first.admin_password is not None
        assert "***" in repr(first)
        assert folder.stat().st_mode & 0o077 == 0
        with pytest.raises(server.ServerAlreadyRunning, match=f"process {first.pid} at {first.url}"):
            server.start(folder)
        assert server.running(folder) == server.Status(first.pid, first.url)
        with client.connect(first.url, first.token()) as connected:
            assert connected.user.email == server.ADMIN_EMAIL
        # Without the invitation link nobody makes an account.
        with httpx.Client(base_url=first.url) as stranger:
            stranger.get("/user/signup/")
            form = {"email": "x@localhost", "password": "long enough 1", "allow_newsletters": "false"}
            form["csrfmiddlewaretoken"] = stranger.cookies["csrftoken"]
            assert stranger.post("/user/signup/", data=form).status_code == 403
    finally:
        first.stop()
    assert server.running(folder) is None
    secrets = [first.admin_password.reveal(), first.token().reveal()]

    # Again: the same port and the same administrator, under 15 s, and no new password.
    # Starting is one busy process, so its CPU time is the time it takes on a machine that does nothing else.
    second = server.start(folder, templates=ls_template)
    try:
        assert cpu_seconds(second.pid) < 15 * slowness()
        assert (second.url, second.token(), second.admin_password) == (first.url, first.token(), None)
        os.kill(second.pid, signal.SIGKILL)
        assert second.wait() == -signal.SIGKILL
        assert server.running(folder) is None

        third = server.start(folder, templates=ls_template)
        assert third.url == first.url
        third.stop()
    finally:
        second.stop()

    # Label Studio keeps its tokens in its own database; nothing else may have them.
    for path in [*folder.rglob("*"), *ls_template.glob("template*")]:
        if path.is_file() and "sqlite3" not in path.name:
            content = path.read_bytes()
            assert not [secret for secret in secrets if secret.encode() in content], path


@pytest.mark.slow
def test_killed_launcher_leaves_a_server_that_is_found_and_stopped(
    tmp_path: Path, ls_template: Path, free_port: Callable[[], int]
) -> None:
    code = (
        "import sys, time; from pathlib import Path; from communique.rounds import server; "
        "s = server.start(Path(sys.argv[1]), port=int(sys.argv[2]), templates=Path(sys.argv[3])); "
        "print(s.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "s"), str(free_port()), str(ls_template)]
    launcher = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    pid = int(launcher.stdout.readline())
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    status = server.running(tmp_path / "s")
    assert status is not None
    assert status.pid == pid
    with pytest.raises(server.ServerAlreadyRunning):
        server.start(tmp_path / "s")
    assert server.stop(tmp_path / "s") is True
    assert server.running(tmp_path / "s") is None


@pytest.mark.slow
def test_a_served_server_ends_with_its_launcher_and_its_own_end_is_told(
    tmp_path: Path, ls_template: Path, free_port: Callable[[], int]
) -> None:
    code = (
        "import sys; from pathlib import Path; from communique.rounds import server; "
        "s = server.start(Path(sys.argv[1]), port=int(sys.argv[2]), templates=Path(sys.argv[3])); "
        # Told when the wait has begun, with which the signals are caught.
        "wait = s.wait; s.wait = lambda: (print(s.pid, flush=True), wait())[1]; s.serve()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "s"), str(free_port()), str(ls_template)]
    for victim, number in (
        ("launcher", signal.SIGTERM),
        ("launcher", signal.SIGINT),
        ("server", signal.SIGKILL),
    ):
        launcher = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert launcher.stdout is not None
        pid = int(launcher.stdout.readline())
        os.kill(launcher.pid if victim == "launcher" else pid, number)
        _, errors = launcher.communicate(timeout=300)
        assert server.running(tmp_path / "s") is None
        assert not Path(f"/proc/{pid}").exists()
        if victim == "launcher":
            assert (launcher.returncode, errors) == (0, "")
        else:
            assert "ended by itself, with exit code -9" in errors


@pytest.mark.slow
def test_a_server_that_dies_at_once_shows_its_log(tmp_path: Path, free_port: Callable[[], int]) -> None:
    (tmp_path / "label_studio.sqlite3").write_bytes(b"this is no database" * 100)
    with pytest.raises(server.ServerError, match=r"exit code 1(.|\n)*file is not a database"):
        server.start(tmp_path, port=free_port())
    assert server.running(tmp_path) is None


@pytest.mark.slow
def test_a_port_taken_between_the_check_and_the_start_is_noticed(
    tmp_path: Path, ls_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/health" else 401)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        monkeypatch.setattr(server, "port_free", lambda host, port: True)
        with pytest.raises(server.PortBusy, match="another"):
            server.start(tmp_path, port=other.server_port, templates=ls_template)
        other.shutdown()
    assert server.running(tmp_path) is None


@pytest.mark.slow
def test_the_template_is_empty_and_a_lost_password_is_replaced(
    tmp_path: Path, ls_template: Path, free_port: Callable[[], int]
) -> None:
    (template,) = ls_template.glob(f"template-{serverfolder.installed_version()}.sqlite3")
    connection = sqlite3.connect(template)
    for table in ("htx_user", "authtoken_token", "organization", "project"):
        assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)
    connection.close()

    with server.start(tmp_path, port=free_port(), templates=ls_template) as running:
        new = serverfolder.reset_password(tmp_path)
        assert new != running.admin_password
        from communique.rounds import accounts

        assert accounts.user_token(running.url, server.ADMIN_EMAIL, new) == running.token()
        with pytest.raises(accounts.AccountRefused):
            accounts.user_token(running.url, server.ADMIN_EMAIL, running.admin_password or "")
        with pytest.raises(server.ServerError, match="no account nobody@localhost"):
            serverfolder.reset_password(tmp_path, "nobody@localhost")
    assert json.loads((tmp_path / "server.lock").read_text())["pid"] == running.pid
