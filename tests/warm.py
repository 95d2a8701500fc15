"""Python processes that begin at once: forked from one per test worker that has imported what they will need.

What runs in them is the real command with arguments, environment and files of its own. Only its imports are
not done again, which for Label Studio takes longer than all else of its start.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import warnings
from collections.abc import Callable
from multiprocessing import reduction
from typing import Any

#: Third parties' modules that are slow to import and read no setting or environment of ours meanwhile.
_LABEL_STUDIO = (
    "azure.storage.blob", "boto3", "google.cloud.storage", "jsf", "jsonschema", "label_studio_sdk.converter",
    "label_studio_sdk.label_interface", "ldclient.integrations", "nltk", "pandas", "pyarrow.compute", "requests",
    "rq", "scipy.stats", "sentry_sdk", "smart_open", "ua_parser.user_agent_parser", "user_agents",
)  # fmt: skip
_OURS = (
    "communique.articles.ingest", "communique.commands.app", "communique.corpus.build", "communique.corpus.diff",
    "communique.corpus.hydrate", "communique.corpus.load", "communique.corpus.release", "communique.explore.site",
    "communique.rounds.importer", "communique.rounds.pull", "communique.rounds.push", "communique.rounds.serve",
    "communique.validation.api", "httpx", "pyarrow.parquet",
)  # fmt: skip

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload([*_OURS, *_LABEL_STUDIO])


class _File:
    """An open file that goes along to the new process."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __reduce__(self) -> tuple[Callable[[Any], int], tuple[Any]]:
        return _arrived, (reduction.DupFd(self.descriptor),)


def _arrived(duplicate: Any) -> int:
    descriptor: int = duplicate.detach()
    return descriptor


class Popen(subprocess.Popen[Any]):
    """`subprocess.Popen` for `[sys.executable, "-m" | "-c", WHAT, *arguments]`, forked and not begun anew."""

    def _execute_child(
        self, args: list[str], executable: Any, preexec_fn: Any, close_fds: Any, pass_fds: Any, cwd: Any, env: Any,
        startupinfo: Any, creationflags: Any, shell: Any, p2cread: int, p2cwrite: int, c2pread: int, c2pwrite: int,
        errread: int, errwrite: int, restore_signals: Any, gid: Any, gids: Any, uid: Any, umask: Any,
        start_new_session: bool, *more: Any,
    ) -> None:  # fmt: skip
        assert args[0] == sys.executable
        given = enumerate((p2cread, c2pwrite, errwrite))
        standard = [_File(number if one == -1 else one) for number, one in given]
        self._made = _forking.Process(
            target=_run,
            args=(
                [str(one) for one in args[1:]], standard, [_File(one) for one in pass_fds],
                str(cwd or os.getcwd()), dict(os.environ if env is None else env), start_new_session,
            ),
        )  # fmt: skip
        self._made.start()
        self.pid = self._made.pid or 0
        self._child_created = True
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        if self.returncode is None:
            self.returncode = self._made.exitcode
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        self._made.join(timeout)
        if self._internal_poll() is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.returncode


def run(command: list[Any], **options: Any) -> subprocess.CompletedProcess[str]:
    """`subprocess.run` with both outputs as text."""
    with Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def _run(
    arguments: list[str],
    standard: list[int],
    held: list[int],
    folder: str,
    environment: dict[str, str],
    new_session: bool,
) -> None:
    """In the new process: become what the command line says. `held` only has to stay open."""
    if new_session:
        os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, (descriptor, mode) in enumerate(zip(standard, ("r", "w", "w"), strict=True)):
        os.dup2(descriptor, number)
        os.close(descriptor)
        name = ("stdin", "stdout", "stderr")[number]
        setattr(sys, name, os.fdopen(number, mode, buffering=1, encoding="utf-8", closefd=False))
    warnings.resetwarnings()
    warnings.simplefilter("ignore" if environment.get("PYTHONWARNINGS") == "ignore" else "default")
    kind, what, *rest = arguments
    sys.argv = [what if kind == "-m" else kind, *rest]
    try:
        if kind == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
    finally:
        # multiprocessing ends its processes without these.
        atexit._run_exitfuncs()
