"""The embedded servers of a project: one for everybody, or with `isolated` one for each annotator."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from communique.errors import CommuniqueError
from communique.project import Project
from communique.rounds import server
from communique.rounds.accounts import Account, ensure_accounts
from communique.rounds.client import LabelStudio, connect
from communique.rounds.round import Round
from communique.rounds.secret import Secret
from communique.rounds.serverfolder import Progress

KEY_VARIABLE = "LABEL_STUDIO_API_KEY"
_COMMON = "server"


class NotServing(CommuniqueError):
    """No embedded server of the project runs."""


@dataclass
class Serving:
    """The servers of a round and the accounts on them, by annotator. Each server is listed once in `servers`.

    urls: for programs. pages, lead_pages: what to open in a browser, by annotator and by url.
    """

    servers: list[server.Server] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    lead_pages: dict[str, str] = field(default_factory=dict)

    def stop(self) -> None:
        for one in self.servers:
            one.stop()


def servers_folder(project: Project) -> Path:
    """Where embedded servers keep their databases: in the project, git-ignored, readable by the owner alone."""
    return project.root / ".label-studio"


def server_folder(project: Project, annotator: str | None = None) -> Path:
    """The folder of the common server, or of an annotator's own."""
    return servers_folder(project) / (_COMMON if annotator is None else f"{_COMMON}-{annotator}")


def serve_round(
    project: Project,
    plan: Round,
    *,
    isolated: bool = False,
    port: int | None = None,
    host: str = "127.0.0.1",
    progress: Progress = lambda message: None,
) -> Serving:
    """Start the servers of a round and make its accounts; returns when all answer.

    isolated: each annotator gets a server that holds nobody else's work; ports count up from `port`.
    The passwords of accounts made now are in the result and nowhere else. Raises ServerError,
    LabelStudioError; then no server that was started here is left running.
    """
    _ignore(project)
    folders: list[tuple[Path, list[str]]] = [
        (server_folder(project, one.name if isolated else None), [one.name]) for one in plan.annotators
    ]
    if not isolated:
        folders = [(server_folder(project), [one.name for one in plan.annotators])]
    serving = Serving()
    try:
        for number, (folder, names) in enumerate(folders):
            wanted = None if port is None else port + number
            one = server.start(
                folder, port=wanted, host=host, templates=servers_folder(project), progress=progress
            )
            serving.servers.append(one)
            with connect(one.url, one.token()) as client:
                for name, account in zip(names, ensure_accounts(client, names), strict=True):
                    serving.accounts[name] = account
                    serving.urls[name] = one.url
        _pages(serving, isolated)
    except BaseException:
        serving.stop()
        raise
    return serving


def _pages(serving: Serving, isolated: bool) -> None:
    """A host name for each login: browsers share cookies between the ports of one host, so that two
    people at one machine, or the lead on two servers, would log each other out."""
    taken: set[str] = set()
    for name, url in serving.urls.items():
        serving.pages[name] = local_page(url, name, taken)
    for one in serving.servers:
        own = [name for name, url in serving.urls.items() if url == one.url]
        serving.lead_pages[one.url] = local_page(one.url, f"lead-{own[0]}", taken) if isolated else one.url


def local_page(url: str, name: str, taken: set[str]) -> str:
    """`url` by a name under `localhost`, which browsers resolve to this machine; added to `taken`.

    An address that is not this machine's own stays. A host name has no capitals and no underscores, and
    Label Studio refuses one that has.
    """
    scheme, _, rest = url.partition("://")
    host, _, port = rest.partition(":")
    if host not in ("127.0.0.1", "localhost"):
        return url
    label = base = name.lower().replace("_", "-").strip("-")
    number = 1
    while label in taken:
        number += 1
        label = f"{base}-{number}"
    taken.add(label)
    return f"{scheme}://{label}.localhost:{port}"


def _ignore(project: Project) -> None:
    """Keep the databases, which hold passwords' digests and texts, out of git, whatever the project ignores."""
    folder = servers_folder(project)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = folder / ".gitignore"
    if not mark.exists():
        mark.write_text("*\n", encoding="utf-8")


def running_servers(project: Project, annotators: Sequence[str]) -> dict[str, Path]:
    """The folder of the running embedded server of each annotator: an own one goes before the common one."""
    found = {}
    for name in annotators:
        for folder in (server_folder(project, name), server_folder(project)):
            status = server.running(folder)
            if status is not None and status.url:
                found[name] = folder
                break
    return found


@contextmanager
def clients_of(
    project: Project, plan: Round, url: str | None = None, key: Secret | None = None
) -> Iterator[Mapping[str, LabelStudio]]:
    """Clients by annotator: of the server at `url`, else of the project's embedded ones.

    key: for `url`; by default that in LABEL_STUDIO_API_KEY. Raises NotServing, LabelStudioError.
    """
    names = [one.name for one in plan.annotators]
    with ExitStack() as stack:
        if url is not None:
            given = key or Secret(os.environ.get(KEY_VARIABLE, ""))
            client = stack.enter_context(connect(url, given))
            yield dict.fromkeys(names, client)
            return
        folders = running_servers(project, names)
        missing = [name for name in names if name not in folders]
        if missing:
            raise NotServing(
                "No Label Studio of this project is running"
                + (f" for {', '.join(missing)}." if len(missing) < len(names) else "."),
                mend=f"start it in another terminal with 'communique round serve {plan.round}', or give --url ADDRESS",
            )
        made: dict[Path, LabelStudio] = {}
        for folder in dict.fromkeys(folders.values()):
            status = server.running(folder)
            address = status.url if status else None
            made[folder] = stack.enter_context(connect(str(address), server.admin_token(folder)))
        yield {name: made[folder] for name, folder in folders.items()}
