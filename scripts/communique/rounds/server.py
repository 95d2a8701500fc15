"""The embedded Label Studio: one process, one folder, SQLite, on loopback.

A folder holds everything of one server (database, uploads, log, lock) and belongs in a git-ignored
place such as `<project>/.label-studio/<name>/`. No key is written by this module: the administrator's API
token is read at run time from Label Studio's own database, and passwords are shown once, by the caller.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from communique.rounds import folderlock
from communique.rounds.secret import Secret
from communique.rounds.serverfolder import (
    ADMIN_EMAIL,
    DATABASE,
    LOG,
    Progress,
    ServerError,
    admin_token,
    copy_database,
    died,
    environment,
    has_admin,
    installed_version,
    need_room,
    new_password,
    template_database,
)

FIRST_PORT = 8090

_LOCK = "server.lock"


class ServerAlreadyRunning(ServerError):
    """Another process holds this folder; `status` says which."""

    def __init__(self, folder: Path, status: Status) -> None:
        self.status = status
        where = status.url or "an address it has not announced yet"
        super().__init__(
            "a Label Studio server is already running on this folder",
            file=folder,
            found=f"process {status.pid} at {where}" if status.pid else "a server that is just starting",
            mend="use it as it is, or stop it first" + (f" (kill {status.pid})" if status.pid else ""),
        )


class PortBusy(ServerError):
    """The port that was asked for is taken."""


@dataclass(frozen=True)
class Status:
    """A running server: process id, and address or None while it is still starting."""

    pid: int | None
    url: str | None


@dataclass
class Server:
    """A running server. `admin_password` is set only when this start created the administrator."""

    folder: Path
    url: str
    pid: int
    admin_password: Secret | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def token(self) -> Secret:
        """The administrator's API token."""
        return admin_token(self.folder)

    def alive(self) -> bool:
        return self._process is None or self._process.poll() is None

    def wait(self) -> int:
        """Block until the server ends; its exit code."""
        return self._process.wait() if self._process else 0

    def serve(self) -> None:
        """Block until Ctrl-C, SIGTERM or SIGHUP, then stop the server. Call it from the main thread.

        Raises ServerDied, with the end of the log, if the server ends by itself.
        """

        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        # Without this a plain `kill` of the launcher would leave the server running.
        kept = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
        try:
            code = self.wait()
        except KeyboardInterrupt:
            return
        finally:
            self.stop()
            for number, handler in kept.items():
                signal.signal(number, handler)
        raise died(self.folder, f"Label Studio ended by itself, with exit code {code}")

    def stop(self) -> None:
        stop(self.folder)
        if self._process:
            self._process.wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    folder: Path,
    *,
    port: int | None = None,
    host: str = "127.0.0.1",
    templates: Path | None = None,
    timeout: float = 180.0,
    progress: Progress = lambda message: None,
) -> Server:
    """Start the server of `folder` (made if missing) and return when it answers.

    port: refuse if taken; None means the one of the last time, else the first free one from 8090.
    host: interface to listen on; nothing but loopback unless told otherwise.
    templates: where migrated databases are kept for copying; by default beside `folder`.
    progress: gets a line about once a second while there is something to wait for.

    Raises ServerNotInstalled, ServerAlreadyRunning, PortBusy, DiskFull, ServerDied.
    """
    version = installed_version()
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = folderlock.read_note(folder / _LOCK)
    lock = folderlock.take(folder / _LOCK)
    if lock is None:
        raise ServerAlreadyRunning(folder, _status(before))
    process = None
    try:
        need_room(folder)
        port = _choose_port(host, port, before.get("port"))
        url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '') else host}:{port}"
        folderlock.note(lock, {"pid": None, "url": None, "port": port})
        if not (folder / DATABASE).exists():
            template = template_database(templates or folder.parent, version, progress)
            copy_database(template, folder / DATABASE)
        password = None if has_admin(folder) else new_password()
        process = _spawn(folder, host, port, password, lock)
        folderlock.note(lock, {"pid": process.pid, "url": url, "port": port})
        _await(folder, process, url, timeout, progress)
    except BaseException:
        if process is not None:
            process.kill()
            process.wait()
        raise
    finally:
        os.close(lock)
    return Server(folder, url, process.pid, password, process)


def running(folder: Path) -> Status | None:
    """The server that holds `folder` now, started by whichever process; None if there is none."""
    path = folder / _LOCK
    if not path.exists():
        return None
    lock = folderlock.take(path)
    if lock is None:
        return _status(folderlock.read_note(path))
    os.close(lock)
    return None


def stop(folder: Path, *, grace: float = 10.0) -> bool:
    """End the server of `folder`: SIGTERM, then SIGKILL after `grace` seconds. False if none was running."""
    status = running(folder)
    if status is None or status.pid is None:
        return False
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(status.pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if running(folder) is None:
                return True
            time.sleep(0.05)
    raise ServerError("the server does not end", file=folder, found=f"process {status.pid}")


def _status(note: dict[str, object]) -> Status:
    pid, url = note.get("pid"), note.get("url")
    return Status(pid if isinstance(pid, int) else None, url if isinstance(url, str) else None)


def port_free(host: str, port: int) -> bool:
    """Whether the server would get exactly this port: Label Studio moves on silently if
    127.0.0.1:port answers, whichever interface it is told to use."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _choose_port(host: str, wanted: int | None, last: object) -> int:
    if wanted is not None:
        if port_free(host, wanted):
            return wanted
        raise PortBusy(
            f"port {wanted} is taken by another program",
            mend="give another one with --port, or leave --port out to get a free one",
        )
    if isinstance(last, int) and port_free(host, last):
        return last
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        if port_free(host, port):
            return port
    raise PortBusy(
        f"no free port from {FIRST_PORT} to {FIRST_PORT + 99} on {host}", mend="give one with --port"
    )


def _spawn(folder: Path, host: str, port: int, password: Secret | None, lock: int) -> subprocess.Popen[bytes]:
    variables = environment(folder)
    if password is not None:
        # By the environment, which only the same user can read, unlike the command line.
        variables |= {"LABEL_STUDIO_USERNAME": ADMIN_EMAIL, "LABEL_STUDIO_PASSWORD": password.reveal()}
    command = [sys.executable, "-m", "label_studio.server", "start", "--no-browser"]
    command += ["--data-dir", str(folder), "--internal-host", host, "--port", str(port)]
    command += ["--enable-legacy-api-token", "--log-level", "WARNING"]
    with contextlib.suppress(FileNotFoundError):
        os.replace(folder / LOG, folder / f"{LOG}.1")
    with open(os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
        # A session of its own: Ctrl-C in the terminal reaches us, and we end the server in order.
        return subprocess.Popen(
            command,
            env=variables,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
        )


def _await(
    folder: Path, process: subprocess.Popen[bytes], url: str, timeout: float, progress: Progress
) -> None:
    """Until the server answers as ours, that is, knows our administrator's token.

    `/health` alone would also be answered by a stranger on the port, with Label Studio silently moved on.
    """
    import httpx

    began, said = time.monotonic(), 0
    while True:
        waited = time.monotonic() - began
        if process.poll() is not None:
            raise died(folder, f"Label Studio ended while starting, with exit code {process.returncode}")
        if waited > timeout:
            raise died(folder, f"Label Studio did not answer within {timeout:.0f} s")
        with contextlib.suppress(httpx.HTTPError):
            healthy = httpx.get(f"{url}/health", timeout=5, trust_env=False).status_code == 200
            if healthy and has_admin(folder):
                headers = {"Authorization": f"Token {admin_token(folder).reveal()}"}
                whoami = f"{url}/api/current-user/whoami"
                answer = httpx.get(whoami, headers=headers, timeout=30, trust_env=False)
                break
        if int(waited) > said:
            said = int(waited)
            progress(f"Label Studio is starting ({said} s)")
        time.sleep(0.1)
    # Legacy tokens switched off by somebody in the settings: still ours, and the client says how to mend it.
    if answer.status_code != 200 and "legacy token" not in answer.text:
        raise PortBusy(
            f"another program answers at {url}",
            found=f"it does not know this folder's administrator (status {answer.status_code})",
            mend="start again, with another --port if need be",
        )
