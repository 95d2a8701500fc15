"""Tasks: what one annotator sees of one article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from communique.annotation.model import Annotation, Record
from communique.rounds.convert_to import ConversionError, regions_of
from communique.rounds.form import Form
from communique.rounds.regions import fatal, read_result, write_result

PREFILL = "prefill"


def make_task(
    article: Record, form: Form, registry: Mapping[str, Record], prefill: Annotation | None = None
) -> dict[str, Any]:
    """The task of an article: text and list of actors, and the prefill as a prediction.

    article: its record in `corpus/articles`. registry: actors by id. Raises ConversionError when the
    prefill is of another text or cannot be shown.
    """
    text, article_id = article["text"], article["article_id"]
    own = prefill.tables.get("actors", []) if prefill else []
    names = offered_names(registry.values(), own)
    task: dict[str, Any] = {
        "data": {
            "article_id": article_id,
            "text_sha256": article["text_sha256"],
            "title": article.get("title") or article_id,
            "text": text,
            "actors": _choices(names, {**registry, **{one["actor_id"]: one for one in own}}),
        }
    }
    if prefill is not None:
        if (prefill.article_id, prefill.text_sha256) != (article_id, article["text_sha256"]):
            raise ConversionError(
                "The prefill is of another text.",
                record=article_id,
                field="text_sha256",
                expected=article["text_sha256"],
                found=prefill.text_sha256,
            )
        items = write_result(regions_of(prefill, text, form, names), text, form)
        _, problems = read_result(items, len(text), form)
        if fatal(problems):
            raise ConversionError(
                "The prefill would not be valid.", record=article_id, found=str(fatal(problems)[0])
            )
        task["predictions"] = [{"model_version": PREFILL, "result": items}]
    return task


def offered_names(registry: Iterable[Record], own: Iterable[Record] = ()) -> dict[str, str]:
    """Canonical names by id of the actors that a task offers, by name."""
    names = {one["actor_id"]: one["canonical_name"] for one in (*registry, *own)}
    return dict(sorted(names.items(), key=lambda pair: (str(pair[1]).casefold(), pair[0])))


def names_in_task(data: Mapping[str, Any]) -> dict[str, str]:
    """The actors that a task on a server offers: names by id."""
    found: dict[str, str] = {}
    for one in data.get("actors") or []:
        found[str(one["alias"])] = str(one.get("name") or one["value"])
    return found


def _choices(names: Mapping[str, str], records: Mapping[str, Record]) -> list[dict[str, str]]:
    shown: set[str] = set()
    choices = []
    for number, name in names.items():
        # Two actors of one name would be one entry of the list to Label Studio.
        value = name if name not in shown else f"{name} ({number.rpartition('.')[2]})"
        shown.add(value)
        about = [
            records[number].get(column) for column in ("actor_kind", "country_iso3", "role_in_text", "note")
        ]
        hint = " · ".join(str(one) for one in about if one)
        choice = {"value": value, "alias": number, "hint": hint}
        choices.append(choice if value == name else {**choice, "name": name})
    return choices
