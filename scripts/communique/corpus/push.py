"""Upload the public form of a version to the Hugging Face Hub, so that it can be cut off and run again."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from communique.corpus.checksums import SUMS, verify_sums, write_sums
from communique.corpus.manifest import read_manifest
from communique.corpus.snapshot import SCHEMA
from communique.corpus.versions import is_number
from communique.errors import ProjectError

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


def stage(public: Path, goal: Path) -> None:
    """Lay out a public folder as a dataset repository in the new folder `goal`.

    `corpus/` becomes the root, the schema lies in `schema/`, guidelines and codebook in `annotations/`; new
    checksums cover all of it. Raises ProjectError when a file of `public` has changed since it was built.
    """
    verify_sums(public)
    shutil.copytree(public / "corpus", goal)
    shutil.copytree(public / "annotations" / "schema", goal / SCHEMA)
    for name in ("guidelines", "codebook"):
        if (public / "annotations" / name).is_dir():
            shutil.copytree(public / "annotations" / name, goal / "annotations" / name)
    for path in sorted(public.iterdir()):
        if path.is_file() and path.name != SUMS:
            shutil.copyfile(path, goal / path.name)
    write_sums(goal)


def push_public(public: Path, repository: str, *, private: bool | None = None) -> dict[str, Any]:
    """Upload a public folder (`communique release --public`) and tag it `v<version>`.

    The tag is set after the last commit, and only then is the push done: whoever is cut off runs it again,
    and what is there already isn't sent again. The address of the Hub is HF_ENDPOINT, the token HF_TOKEN or
    that of `hf auth login`; neither is written anywhere. Gives repository, tag and commit.

    Raises ProjectError when the version was never released or is tagged with other content already, a file
    has changed, or the Hub refuses.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    if _NAME.fullmatch(repository) is None:
        raise ProjectError("This is no name of a repository.", expected="ORG/NAME", found=repository)
    version = str(read_manifest(public / "corpus")["version"])
    if not is_number(version):
        raise ProjectError(
            "Only a released version can be pushed.",
            file=public,
            found=version,
            mend="run 'communique release', then push",
        )
    tag = f"v{version}"
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT"), library_name="communique")
    with tempfile.TemporaryDirectory(prefix="communique-") as folder:
        made = Path(folder) / "repository"
        stage(public, made)
        try:
            api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
            refs = api.list_repo_refs(repository, repo_type="dataset")
            known = {one.name: one.target_commit for one in refs.tags}
            if tag in known:
                _same_or_refuse(api, repository, tag, made)
                return {"repository": repository, "tag": tag, "commit": known[tag], "uploaded": False}
            done = api.upload_folder(
                repo_id=repository,
                folder_path=str(made),
                repo_type="dataset",
                commit_message=f"Version {version}",
                delete_patterns=["*"],
            )
            # upload_folder may have made several commits: the tag goes to the last one.
            api.create_tag(repository, tag=tag, revision=done.oid, repo_type="dataset", exist_ok=True)
        except (HfHubHTTPError, OSError) as error:
            raise ProjectError(
                f"The Hub did not take the push: {type(error).__name__}.",
                found=str(error).splitlines()[0][:200] if str(error) else None,
                mend="check network and HF_TOKEN, and run the command again: it goes on where it stopped",
            ) from None
    return {"repository": repository, "tag": tag, "commit": done.oid, "uploaded": True}


def _same_or_refuse(api: Any, repository: str, tag: str, made: Path) -> None:
    found = Path(
        api.hf_hub_download(
            repository, SUMS, revision=tag, repo_type="dataset", local_dir=made.parent / "hub"
        )
    )
    if found.read_bytes() != (made / SUMS).read_bytes():
        raise ProjectError(
            f"The Hub holds a {tag} with other content.",
            found=f"{repository} at {tag}",
            expected="the same files",
            mend="a released version never changes: release a new one",
        )
