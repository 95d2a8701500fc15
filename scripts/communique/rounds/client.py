"""What the rounds ask of a Label Studio server, embedded or remote.

Tasks are known by an id of our own in their data (`article_id`): Label Studio's task ids are given anew
after deletion and cannot be chosen. Creating is not idempotent on the server, so whatever may have been
done without an answer is looked up before it is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from communique.rounds import exports
from communique.rounds.secret import Secret
from communique.rounds.transport import LabelStudioError, OldServer, Refused, Transport, WrongAddress

MINIMUM_VERSION = (1, 20)
PAGE = 500

Kept = TypeVar("Kept")


class ProjectAmbiguous(LabelStudioError):
    """More than one project with work in it has the same title."""


@dataclass(frozen=True)
class User:
    id: int
    email: str


@dataclass(frozen=True)
class Project:
    """`created` tells whether this call made it."""

    id: int
    title: str
    created: bool = False


def connect(url: str, key: str | Secret, *, timeout: float = 120.0) -> LabelStudio:
    """A client for the server at `url`, after checking that it is Label Studio, new enough and takes the key.

    Raises WrongAddress, NoServer, OldServer, WrongKey, OutcomeUnknown, ServerFault (all LabelStudioError).
    """
    key = Secret(key)
    transport = Transport(url, key, timeout=timeout)
    try:
        version = _version(transport)
        me = transport.get("/api/current-user/whoami")
    except BaseException:
        transport.close()
        raise
    return LabelStudio(transport, version, User(int(me["id"]), str(me["email"])))


class LabelStudio:
    """A connected server. Made by `connect`."""

    def __init__(self, transport: Transport, version: str, user: User) -> None:
        self.transport = transport
        self.version = version
        self.user = user

    @property
    def url(self) -> str:
        return self.transport.url

    def __repr__(self) -> str:
        return f"LabelStudio({self.url!r}, version={self.version!r}, user={self.user.email!r})"

    def __enter__(self) -> LabelStudio:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    def users(self) -> list[User]:
        """Every account of the organisation."""
        return [User(int(one["id"]), str(one["email"])) for one in self.transport.get("/api/users")]

    def projects(self) -> list[dict[str, Any]]:
        """Every project as the server describes it, oldest first."""
        found: dict[int, dict[str, Any]] = {}
        page = 1
        while True:
            answer = self.transport.get(
                "/api/projects", page=page, page_size=100, include="id,title,task_number"
            )
            found |= {int(one["id"]): one for one in answer["results"]}
            if not answer.get("next") or not answer["results"]:
                return [found[number] for number in sorted(found)]
            page += 1

    def find_project(self, title: str) -> Project | None:
        """The project with this title.

        A create that was cut off and repeated can leave an empty namesake, so one with tasks comes first,
        then the oldest. Raises ProjectAmbiguous if several have tasks.
        """
        same = [one for one in self.projects() if one["title"] == title]
        filled = [one for one in same if one.get("task_number")]
        if len(filled) > 1:
            raise ProjectAmbiguous(
                f"several projects on {self.url} are called {title!r} and have tasks",
                found=", ".join(f"project {one['id']} ({one['task_number']} tasks)" for one in filled),
                mend="rename or delete all but the right one in Label Studio",
            )
        chosen = (filled or same)[:1]
        return Project(int(chosen[0]["id"]), title) if chosen else None

    def get_or_create_project(self, title: str, config: str, **settings: Any) -> Project:
        """The project with this title, made with labeling `config` (XML) and `settings` if there is none.

        An existing project's config is left alone; see `project_config` and `update_config`.
        Raises Refused for a title outside 3 to 50 characters or a config the server rejects.
        """
        if not 3 <= len(title) <= 50:
            raise Refused(
                "Label Studio's project titles have 3 to 50 characters",
                status=400,
                found=f"{title!r} ({len(title)})",
            )
        found = self.find_project(title)
        if found is not None:
            return found
        body = {"title": title, "label_config": config, **settings}
        made = self.transport.request("POST", "/api/projects", json=body).json()
        return Project(int(made["id"]), title, created=True)

    def project(self, project_id: int) -> dict[str, Any]:
        """The project as the server describes it."""
        answer: dict[str, Any] = self.transport.get(f"/api/projects/{project_id}")
        return answer

    def project_config(self, project_id: int) -> str:
        """The labeling config (XML) that is in force now."""
        return str(self.project(project_id)["label_config"])

    def update_config(self, project_id: int, config: str) -> None:
        """Replace the labeling config. The server accepts unknown tags and the removal of used labels."""
        self.transport.request("PATCH", f"/api/projects/{project_id}", json={"label_config": config})

    def delete_project(self, project_id: int) -> None:
        self.transport.request("DELETE", f"/api/projects/{project_id}")

    def task_count(self, project_id: int) -> int:
        params = {"project": project_id, "page": 1, "page_size": 1, "include": "id"}
        return int(self.transport.request("GET", "/api/tasks", params=params).json()["total"])

    def tasks(self, project_id: int) -> list[dict[str, Any]]:
        """Every task as {"id", "data"}, by ascending id."""
        return list(self._listed(project_id, lambda task: task).values())

    def task_keys(self, project_id: int, key: str) -> dict[int, str]:
        """What each task has as `data[key]`, by ascending id; its texts are not held."""
        return self._listed(project_id, lambda task: str(task["data"].get(key, "")))

    def _listed(self, project_id: int, pick: Callable[[dict[str, Any]], Kept]) -> dict[int, Kept]:
        """What `pick` takes of every task, by ascending id.

        All pages. A page beyond the end is a 404, a page size of -1 means 100, and what is deleted
        meanwhile shifts the pages, so a list is only taken when it has as many tasks as the server counts.
        """
        for _ in range(5):
            found: dict[int, Kept] = {}
            total, page = 1, 1
            while (page - 1) * PAGE < total:
                params = {"project": project_id, "page": page, "page_size": PAGE, "include": "id,data"}
                params["resolve_uri"] = "false"  # data as it was sent, not what a storage makes of it
                try:
                    answer = self.transport.request("GET", "/api/tasks", params=params).json()
                except Refused as refused:
                    if refused.status == 404 and page > 1:
                        break
                    raise
                found |= {int(task["id"]): pick(task) for task in answer["tasks"]}
                total = int(answer["total"])
                page += 1
            if len(found) == total:
                return dict(sorted(found.items()))
        raise LabelStudioError(
            f"the tasks of project {project_id} cannot be listed while they keep changing",
            found=f"{len(found)} of {total}",
            mend="wait until nobody imports or deletes, then run the same command again",
        )

    def export_tasks(self, project_id: int, *, predictions: bool = False) -> Iterator[dict[str, Any]]:
        """Every task with data, annotations (also skipped ones) and drafts, in the server's JSON form.

        predictions: full predictions instead of their ids. Annotations give `completed_by` as
        {"id", "email", …}. Made by server-side snapshots, which alone give full predictions and tasks without
        annotations in one go; they are deleted afterwards. A large project comes in parts, so that its tasks
        are not all of one moment, and what is deleted or added meanwhile may be there or not. Raises
        LabelStudioError while it goes on.
        """
        return exports.exported(self.transport, project_id, predictions=predictions)

    def some_tasks(self, project_id: int, task_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
        """These tasks as `export_tasks` gives them, with prediction ids; fit for a few hundred."""
        for at in range(0, len(task_ids), 100):
            params = {
                "exportType": "JSON",
                "download_all_tasks": "true",
                "ids[]": list(task_ids[at : at + 100]),
            }
            yield from self.transport.get(f"/api/projects/{project_id}/export", **params)

    def delete_tasks(self, project_id: int, task_ids: Sequence[int]) -> None:
        """Delete tasks with everything in them."""
        body = {"selectedItems": {"all": False, "included": list(task_ids)}}
        params = {"id": "delete_tasks", "project": project_id}
        self.transport.request("POST", "/api/dm/actions", params=params, json=body, timeout=600)


def _version(transport: Transport) -> str:
    answer = transport.request("GET", "/api/version", known=False).json()
    text = answer.get("release") if isinstance(answer, dict) else None
    if not isinstance(text, str):
        raise WrongAddress(
            f"what answers at {transport.url} is not Label Studio's API",
            found="/api/version names no release",
            mend="correct the address",
        )
    numbers = []
    for part in text.split(".")[:2]:
        digits = "".join(letter for letter in part if letter.isdigit())
        numbers.append(int(digits) if digits else 0)
    if tuple(numbers) < MINIMUM_VERSION:
        raise OldServer(
            f"the Label Studio at {transport.url} is too old",
            expected=f"version {'.'.join(map(str, MINIMUM_VERSION))} or later",
            found=text,
            mend="upgrade it: pip install -U label-studio",
        )
    return text
