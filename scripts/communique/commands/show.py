"""`communique show`: one article in the terminal, with its statements, actions and claims."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from communique.commands.options import JsonOption, VersionOption, console, print_json

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.tree import Tree

    from communique.corpus.document import Action, Article, Statement


def show(
    article: Annotated[
        str | None, typer.Argument(help="Article id, or its beginning; default: the first article.")
    ] = None,
    path: Annotated[
        Path | None, typer.Option(help="Project or built corpus; default: the one around here.")
    ] = None,
    version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an article: text with marks, statements as a tree, and who says that who does what to whom.

    Example: `communique show guardian-20211207`
    """
    from communique.corpus.load import open_corpus
    from communique.errors import ProjectError

    corpus = open_corpus(path, version)
    if article is None and not len(corpus):
        raise ProjectError(
            "The corpus has no article.",
            file=corpus.project.corpus,
            mend="communique ingest, then communique build",
        )
    found = corpus[article] if article is not None else next(iter(corpus))
    if as_json:
        print_json({"article": found.record, **found.rows, "claims": _claims(found)})
        return
    screen = console()
    for part in render(found):
        screen.print(part)


def render(article: Article) -> list[RenderableType]:
    """The parts of the display, for a rich console."""
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.text import Text

    record = article.record
    head = " · ".join(
        str(value) for value in (record["publisher"], record["published_on"], record["url"]) if value
    )
    parts: list[RenderableType] = [
        Text(record["article_id"], style="bold"),
        Text(head, style="dim"),
        Text(""),
    ]
    if record["text"] is None:
        said = "The text of this article is withheld: communique hydrate restores it from your own copy."
        parts.append(Text(said, style="italic"))
    else:
        marked = article.highlight()
        for zone in record["zones"]:
            if zone["duplicate_of"] is None and zone["zone"] not in ("date_line", "url_line"):
                label = "" if zone["zone"] == "body" else f"{zone['zone']}: "
                line = Text(label, style="dim") + marked.rich(zone["start"], zone["end"])
                parts += [Padding(line, (0, 0, 1, 2))]
        parts.append(legend())
    parts += [Rule("who says what", style="dim"), *(_tree(statement) for statement in article.statements)]
    parts += [Rule("who says that who does what to whom", style="dim"), claims_table(article)]
    return parts


def legend() -> RenderableType:
    """What the marks mean."""
    from rich.text import Text

    from communique.corpus.highlight import STATUS_STYLE

    line = Text("  ").append("mention", "underline").append("  ").append("cue", "italic bold").append("  ")
    line.append(" content, darker to lighter by depth ", "on grey19").append("  action: ", "dim")
    for group, style in STATUS_STYLE.items():
        line.append(group, style).append(" ")
    return line


def _tree(statement: Statement) -> Tree:
    from rich.tree import Tree

    node = Tree(_line(statement), guide_style="dim")
    for action in statement.actions:
        node.add(_action_line(action))
    for child in statement.children:
        node.add(_tree(child))
    return node


def _line(statement: Statement) -> Any:
    from rich.text import Text

    row = statement.record
    who = ", ".join(row["source_names"]) or row["source_text"] or f"({row['source_form'] or 'not named'})"
    cue, content = _words(row["cue_text"]), _words(row["content_text"])
    line = Text().append(who, "bold").append(f" {cue} ", "italic").append(f"“{content}”")
    status = None if row["statement_status"] == "made" else row["statement_status"]
    kind = None if row["layer"] == "core" else row["statement_kind"]
    # An imported corpus leaves null what its source does not say.
    said = [word for word in (row["mode"], status, kind) if word]
    return line.append("  " + ", ".join(said), "dim")


def _action_line(action: Action) -> Any:
    from rich.text import Text

    row = action.record
    kind = _kind(row)
    return (
        Text()
        .append("▸ ", "dim")
        .append(_words(row["trigger_text"]), "bold")
        .append(f"  {kind}, {row['status'] or 'status not said'}", "dim")
    )


def _words(text: str | None) -> str:
    """Words of the article, or the mark of words that are withheld or were not restored."""
    from communique.corpus.runs import MASK

    return MASK if text is None else text


def _kind(row: dict[str, Any]) -> str:
    return " ".join(part for part in (row["event_type"], row["mode"]) if part)


def _claims(article: Article) -> list[dict[str, Any]]:
    from communique.corpus.claims import claims

    glosses = {row["event_id"]: row["gloss"] for row in article.rows["events"]}
    names = {actor_id: actor["canonical_name"] for actor_id, actor in article.actors.items()}
    return claims([action.record for action in article.actions], glosses, names)


def claims_table(article: Article) -> RenderableType:
    """One line a claim, in the order of the text."""
    from rich.markup import escape
    from rich.table import Table

    from communique.corpus.highlight import STATUS_STYLE

    table = Table(
        "who says", "that who", "does what", "to whom", "status", box=None, header_style="dim", pad_edge=False
    )
    for row in _claims(article):
        what = _kind(row)
        status = row["status"] or "not said"
        status = f"not, {status}" if row["polarity"] == "negative" else status
        style = STATUS_STYLE.get(article.status_groups.get(row["status"], ""), "dim")
        table.add_row(
            escape(row["asserter_name"] or "(not named)"),
            escape(", ".join(row["agent_names"]) or "—"),
            f"{escape(_words(row['trigger_text']))}  [dim]{what}[/]",
            escape(", ".join(row["target_names"]) or "—"),
            f"[{style}]{status}[/]",
        )
    return table
