"""Every annotation of the shipped rounds comes back whole after being opened and saved in the browser, twice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from communique.annotation.files import annotation_json, load_annotation
from communique.annotation.source import open_source
from communique.project import Project
from communique.rounds import client
from communique.rounds.accounts import ensure_accounts
from communique.rounds.convert_patch import differing
from communique.rounds.design import new_round
from communique.rounds.formbuild import make_form
from communique.rounds.pull import pull_round
from communique.rounds.push import push_round
from communique.rounds.round import Annotator, annotation_path

sys.path.insert(0, str(Path(__file__).parent))
import made

pytestmark = pytest.mark.slow

FILES = sorted((made.ROOT / "annotations" / "rounds").glob("*/*/*.json"))


def test_both_passes_over_the_first_article_are_here() -> None:
    assert {path.parent.name for path in FILES} >= {"model-a", "model-b"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_opened_and_saved_it_is_what_it_was(
    project: Project, ls: client.LabelStudio, chromium: Any, path: Path
) -> None:
    import browser
    from visible import open_from_list, wait_for_regions

    source = open_source(project)
    original = load_annotation(path, source.schema)
    name = f"{path.parts[-3]}-{path.parts[-2]}"
    plan = new_round(source, name, [original.article_id], [Annotator("saver")], prefill=str(path))
    (account,) = ensure_accounts(ls, ["saver"], passwords={"saver": "opened-and-saved"})
    assert account.password is not None
    (pushed,) = push_round(source, plan, {"saver": ls})
    with browser.opened(chromium, width=1400, height=900) as tab:
        annotator = browser.LabelStudioTab(tab, ls.url)
        annotator.log_in(account.email, account.password.reveal())
        stamps = set()
        for button in ("Submit", "Update"):
            open_from_list(annotator, pushed.project_id)
            wait_for_regions(annotator)
            if button == "Update":  # it is disabled until there is something to save
                mark_and_delete(annotator, original.tables["mentions"][0]["text"])
            saved = annotator.submit()
            stamps.add(saved["updated_at"])
            (there,) = ls.export_tasks(pushed.project_id)
            assert [one["id"] for one in there["annotations"]] == [saved["id"]]
            entry = pull_round(source, plan, {"saver": ls})["annotators"]["saver"][original.article_id]
            assert entry["state"] == "taken", entry
            assert "warnings" not in entry, entry
            found = load_annotation(
                annotation_path(project, name, "saver", original.article_id), source.schema
            )
            assert differing(make_form(source.schema), original, found) == []
            assert without_provenance(annotation_json(found, source.schema)) == without_provenance(
                annotation_json(original, source.schema)
            )
        assert len(stamps) == 2
        assert tab.errors == []


def mark_and_delete(annotator: Any, words: str) -> None:
    """Mark some words and delete the region, which leaves everything as it was and unsaved."""
    count = len(annotator.regions())
    annotator.page.keyboard.press("Escape")
    annotator.mark(words, hotkey="p")
    annotator.page.keyboard.press("Escape")
    assert len(annotator.regions()) == count + 1
    annotator.page.keyboard.press("Control+z")
    annotator.page.wait_for_timeout(500)
    assert len(annotator.regions()) == count


def without_provenance(node: Any) -> Any:
    """Every stored field but who decided it, which is now another annotator in another round."""
    if isinstance(node, dict):
        return {key: without_provenance(value) for key, value in node.items() if key != "provenance"}
    return [without_provenance(one) for one in node] if isinstance(node, list) else node
