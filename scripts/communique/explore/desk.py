"""What all pages of one site are written with: the corpus, its words, the templates, the folder."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from communique.annotation.source import read_json
from communique.corpus.document import Corpus
from communique.explore.chunks import Chunks, write_script
from communique.explore.links import file_name
from communique.explore.rounds import shipped_rounds
from communique.explore.sheets import Sheet
from communique.explore.templating import environment, script_json
from communique.explore.vocabulary import Vocabulary

PAGES = (
    ("index.html", "Articles"),
    ("actions.html", "Actions"),
    ("statements.html", "Statements"),
    ("actors.html", "Actors"),
    ("network.html", "Network"),
    ("timeline.html", "Timeline"),
    ("codebook.html", "Codebook"),
)


class Desk:
    """Writes pages into `folder`."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        self.corpus, self.folder = corpus, folder
        self.words = Vocabulary(corpus.schema)
        self.jinja = environment()
        manifest, facts = corpus.manifest, corpus.project.facts
        said = read_json(facts) if facts.exists() else {}
        self.site = {
            "title": said.get("title") or manifest["name"],
            "version": manifest["version"],
            "licence": said.get("annotations_licence"),
            "pages": PAGES,
        }
        self.registry = {key: one for key, one in corpus.actors.items() if one["article_id"] is None}
        self.actor_files = {key: file_name(key) for key in self.registry}
        #: A round shows words; one about a text that is withheld is left out.
        self.rounds = [] if manifest.get("withheld") else shipped_rounds(corpus.project, corpus.schema)
        if self.rounds:
            self.site["pages"] = (*PAGES, ("rounds.html", "Rounds"))
        for name in ("articles", "actors", "data", "assets"):
            (folder / name).mkdir()

    def page(self, template: str, path: str, root: str, **values: Any) -> None:
        """Render a template to `path`; `root` leads from there to the root of the site."""
        text = self.jinja.get_template(template).render(site=self.site, root=root, here=path, **values)
        # A lone surrogate in a title or note is shown as the sign for a broken character.
        data = text.encode("utf-8", "replace")
        (self.folder / path).write_bytes(data)

    def table(
        self, sheet: Sheet, chunks: Chunks, path: str, heading: str, intro: list[str], **values: Any
    ) -> None:
        """The page of a table, and the last of its data."""
        chunks.close()
        template = values.pop("template", "table.html")
        self.page(
            template,
            path,
            "",
            heading=heading,
            intro=intro,
            columns=sheet.columns,
            filters=sheet.filters(self.words),
            spec=sheet.spec(chunks.names, chunks.count),
            **values,
        )

    def assets(self) -> None:
        """Style sheet, script, and the words of the schema."""
        write_script(self.folder / "data" / "schema.js", "schema", script_json(self.words.for_script()))
        for found in sorted(
            (resources.files("communique.explore") / "static").iterdir(), key=lambda one: one.name
        ):
            (self.folder / "assets" / found.name).write_bytes(found.read_bytes())
