"""The wheel works outside the checkout: schema, guidelines and corpus travel in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from communique.corpus.load import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was installed, as pip does it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT], check=True, capture_output=True
    )
    wheel = next(folder.glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder / "site", wheel]
    subprocess.run(pip, check=True, capture_output=True)
    return folder / "site"


def _python(installed: Path, code: str, cwd: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.slow
def test_the_installed_package_loads_its_own_corpus(installed: Path, tmp_path: Path) -> None:
    code = (
        "import communique, json; from communique.package import packaged_project;"
        "print(json.dumps([communique.__file__, str(packaged_project().root), communique.load('claims').num_rows,"
        " len(list(communique.open_corpus()))]))"
    )
    file, root, claims, articles = json.loads(_python(installed, code, tmp_path))
    assert Path(file).is_relative_to(installed)
    assert Path(root).is_relative_to(installed)
    assert claims > 0
    assert articles >= 1


@pytest.mark.slow
def test_the_wheels_version_is_read_by_its_number_and_verified(installed: Path, tmp_path: Path) -> None:
    corpus = installed / "communique" / "_project" / "corpus"
    present = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["version"]
    code = (
        "import communique, json, sys; from communique.errors import ProjectError\n"
        "try: print(json.dumps(communique.load('events', version=sys.argv[1]).to_list(), default=str))\n"
        "except ProjectError as error: print(json.dumps(error.as_dict()))"
    )

    def loaded(version: str) -> Any:
        return json.loads(_python(installed, f"import sys; sys.argv[1:] = ['{version}']; {code}", tmp_path))

    assert loaded(present) == json.loads(json.dumps(load("events", path=ROOT).to_list(), default=str))
    refused = loaded("9.9.9")
    assert refused["message"] == "There is no version 9.9.9 here."
    assert present in refused["expected"]
    assert "ORG/NAME" in refused["mend"]
    shard = next((corpus / "data" / "events").glob("*.parquet"))
    whole = shard.read_bytes()
    shard.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
    try:
        assert loaded(present)["message"] == "A file of the corpus has changed."
    finally:
        shard.write_bytes(whole)


@pytest.mark.slow
def test_init_from_the_wheel_makes_a_whole_project(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['communique', 'init', 'mine']; from communique.commands import main; main()"
    )
    _python(installed, code, tmp_path)
    assert (tmp_path / "mine" / "annotations" / "schema" / "actions.schema.json").exists()
    assert list((tmp_path / "mine" / "annotations" / "guidelines").glob("*.md"))
    code = "import sys; sys.argv = ['communique', 'build']; from communique.commands import main; main()"
    assert "articles" in _python(installed, code, tmp_path / "mine")


@pytest.mark.slow
def test_the_wheel_holds_no_raw_article_and_no_tests(installed: Path) -> None:
    names = zipfile.ZipFile(next(installed.parent.glob("*.whl"))).namelist()
    assert not [name for name in names if "/raw/" in name or name.startswith("tests")]
    assert any(name.endswith("py.typed") for name in names)
