"""The folder of one embedded Label Studio server: its database, its environment, what went wrong in it.

The database is migrated once per project and version into a template beside the folders and copied, since
migrating takes half a minute and starting a copy a few seconds. No key is written by this module: the
administrator's API token is read at run time from Label Studio's own database.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from communique.errors import CommuniqueError
from communique.rounds import folderlock
from communique.rounds.secret import Secret

ADMIN_EMAIL = "lead@localhost"
LOG = "server.log"
DATABASE = "label_studio.sqlite3"
MINIMUM_FREE = 200 * 1024**2

Progress = Callable[[str], None]


class ServerError(CommuniqueError):
    """The embedded server could not be started, or not as asked."""


class ServerNotInstalled(ServerError):
    """Label Studio is not in this Python environment."""


class ServerDied(ServerError):
    """Label Studio ended, or did not answer, while it was starting."""


class DiskFull(ServerError):
    """No room for the server's database."""


def installed_version() -> str:
    """Version of the installed Label Studio. Raises ServerNotInstalled."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("label-studio")
    except PackageNotFoundError:
        raise ServerNotInstalled(
            "Label Studio is not installed in this Python environment",
            expected="the extra label-studio-server",
            mend='pip install "communique[label-studio-server]"'
            ", or give the address of a running server with --url",
        ) from None


def admin_token(folder: Path) -> Secret:
    """The administrator's API token, read from the server's own database. Raises ServerError."""
    row = _query(
        folder,
        "select t.key from authtoken_token t join htx_user u on u.id = t.user_id where u.email = ?",
        ADMIN_EMAIL,
    )
    if row is None:
        raise ServerError(
            f"this folder's database has no account {ADMIN_EMAIL}",
            file=folder / DATABASE,
            mend="start the server once; a database made by other means is used with --url and a key",
        )
    return Secret(str(row[0]))


def reset_password(folder: Path, email: str = ADMIN_EMAIL) -> Secret:
    """Give an account of this server a new random password (for one that was lost); works while it runs."""
    installed_version()
    if _query(folder, "select 1 from htx_user where email = ?", email) is None:
        raise ServerError(f"this server has no account {email}", file=folder)
    password = new_password()
    # The password goes in by standard input: a command line can be read by every user of the machine.
    done = subprocess.run(
        [sys.executable, "-m", "label_studio.server", "reset_password", "--username", email],
        input=password.reveal() + "\n",
        env=environment(folder),
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    if "successfully changed" not in done.stdout:
        raise ServerError("Label Studio did not change the password", file=folder, found=done.stdout[-200:])
    return password


def new_password() -> Secret:
    """A random password of 75 bits that can be read out and typed."""
    import secrets

    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return Secret("-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(3)))


def _query(folder: Path, sql: str, *values: str) -> tuple[object, ...] | None:
    """First row, or None if there is no row, no table or no readable database."""
    path = folder / DATABASE
    if not path.exists():
        return None
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=10)
    try:
        row: tuple[object, ...] | None = connection.execute(sql, values).fetchone()
        return row
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()


def has_admin(folder: Path) -> bool:
    # An account without organisation is what a kill during the very first start leaves.
    sql = "select 1 from htx_user where email = ? and active_organization_id is not null"
    return _query(folder, sql, ADMIN_EMAIL) is not None


def need_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < MINIMUM_FREE:
        raise DiskFull(
            "too little room on the disk for Label Studio's database",
            file=folder,
            expected=f"{MINIMUM_FREE // 1024**2} MB free",
            found=f"{free // 1024**2} MB free",
            mend="free some room, then start again; nothing was changed",
        )


def environment(folder: Path) -> dict[str, str]:
    """Only what a process needs, and Label Studio kept quiet and inside `folder`.

    Variables such as HOST, USERNAME, PASSWORD, SECRET_KEY or DJANGO_DB mean something to Label Studio,
    and LABEL_STUDIO_API_KEY is none of its business: so a list of what passes, not of what doesn't.
    """
    passes = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in passes or name.startswith(("LC_", "OPENBLAS_", "DYLD_"))
    }
    inside = str(folder / ".home")
    return kept | {
        "HOME": inside,
        "XDG_CONFIG_HOME": inside,
        "XDG_DATA_HOME": inside,
        "XDG_CACHE_HOME": inside,
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "DJANGO_DB": "sqlite",
        "COLLECT_ANALYTICS": "False",
        "LATEST_VERSION_CHECK": "False",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "True",
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "True",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "LOG_LEVEL": "WARNING",
    }


def died(folder: Path, message: str) -> ServerError:
    try:
        text = (folder / LOG).read_text("utf-8", "replace")
    except OSError:
        text = ""
    tail = "\n    ".join([line for line in text.splitlines() if line.strip()][-15:])
    if "disk is full" in text or "No space left" in text:
        return DiskFull(f"{message}: the disk is full", file=folder, mend="free some room, then start again")
    return ServerDied(
        message, file=folder / LOG, found=f"the log ends with\n    {tail}" if tail else "no log"
    )


def template_database(templates: Path, version: str, progress: Progress) -> Path:
    """A migrated, empty database for this version of Label Studio; made on first use, about half a minute."""
    templates.mkdir(parents=True, exist_ok=True, mode=0o700)
    final = templates / f"template-{version}.sqlite3"
    if final.exists():
        return final
    with folderlock.held(templates / "template.lock"):
        if not final.exists():
            work = templates / f"template-{version}.part"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
            _migrate(work, progress)
            os.replace(work / DATABASE, final)
            shutil.rmtree(work, ignore_errors=True)
    return final


def _migrate(work: Path, progress: Progress) -> None:
    began, said = time.monotonic(), -1
    with open(work / LOG, "wb") as log:
        # `version` is the one command that migrates and does nothing else.
        command = [sys.executable, "-m", "label_studio.server", "version", "--data-dir", str(work)]
        process = subprocess.Popen(
            command, env=environment(work), cwd=work, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            while process.poll() is None:
                if int(time.monotonic() - began) > said:
                    said = int(time.monotonic() - began)
                    progress(f"Label Studio prepares its database, once per project: about 40 s ({said} s)")
                time.sleep(0.1)
        finally:
            process.kill()
            process.wait()
    if process.returncode != 0:
        raise died(work, "Label Studio could not prepare its database")
    connection = sqlite3.connect(work / DATABASE)
    try:
        # Readers then go on while somebody writes; the mode stays with the file. Closing folds the log in.
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma wal_checkpoint(truncate)")
    finally:
        connection.close()


def copy_database(source: Path, target: Path) -> None:
    part = target.with_suffix(".part")
    shutil.copyfile(source, part)
    os.chmod(part, 0o600)
    os.replace(part, target)
