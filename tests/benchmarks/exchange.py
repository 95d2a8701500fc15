"""How fast each format goes out and comes in, in documents and megabytes a second, beside a named library.

    python tests/benchmarks/exchange.py --docs 50
    python tests/benchmarks/exchange.py --polnear PATH --gum PATH     # other people's corpora, if you have them

The corpus is the shipped article, repeated under other ids. Megabytes are those of the format's own files.
Peers only parse: cassis loads the XMI, conllu the CoNLL-U, spaCy the DocBin, networkx the GraphML; they build
no records of ours. Times are the best of `--repeat` runs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.exchange import generate  # noqa: E402

from communique.annotation.source import open_source  # noqa: E402
from communique.exchange.format import Log, ReadOptions, WriteOptions  # noqa: E402
from communique.exchange.formats import FORMATS, get, names  # noqa: E402
from communique.project import Project  # noqa: E402
from communique.schema import load_schema  # noqa: E402


def corpus(docs: int) -> Any:
    """The shipped article `docs` times."""
    from communique.exchange.receive import _globalised, localised

    source = open_source(Project(ROOT))
    (article_id,) = source.gold
    article, gold = source.article(article_id), source.annotation(article_id)
    assert gold is not None
    parts = []
    for number in range(docs):
        other = f"copy-{number}"
        tables = {
            n: [_globalised(localised(r, article_id), other) for r in rows] for n, rows in gold.tables.items()
        }
        for record in (r for rows in tables.values() for r in rows):
            if record.get("article_id"):
                record["article_id"] = other
        annotation = type(gold)(other, gold.text_sha256, gold.provenance, gold.remarks, tables)
        parts.append(({**article, "article_id": other}, annotation))
    return generate.memory_source(source.schema, parts, list(source.actors.values()))


def cassis_peer(folder: Path) -> None:
    import cassis

    with open(folder / "TypeSystem.xml", "rb") as types:
        system = cassis.load_typesystem(types)
    for path in folder.glob("*.xmi"):
        with open(path, "rb") as stream:
            cassis.load_cas_from_xmi(stream, typesystem=system)


def conllu_peer(folder: Path) -> None:
    import conllu

    for path in folder.rglob("*.conllu"):
        conllu.parse(path.read_text(encoding="utf-8"))


def spacy_peer(folder: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    list(DocBin().from_disk(folder / "communique.spacy").get_docs(spacy.blank("en").vocab))


def networkx_peer(folder: Path) -> None:
    import networkx

    networkx.read_graphml(folder / "network.graphml")


PEERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "cas": ("dkpro-cassis load_cas_from_xmi", cassis_peer),
    "conllu": ("conllu.parse", conllu_peer),
    "docbin": ("spaCy DocBin.get_docs", spacy_peer),
    "graphml": ("networkx.read_graphml", networkx_peer),
}


def best(run: Callable[[], object], repeat: int) -> float:
    """Seconds of the fastest run."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def report(what: str, docs: int, megabytes: float, seconds: float) -> None:
    print(f"{what:45} {docs / seconds:10.1f} docs/s {megabytes / seconds:8.2f} MB/s {seconds:8.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--docs", type=int, default=50)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--polnear", type=Path)
    parser.add_argument("--gum", type=Path)
    args = parser.parse_args()
    source = corpus(args.docs)
    for name in names("write"):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            seconds = best(
                lambda n=name, o=out: get(n, "write").write(source, o, WriteOptions()), args.repeat
            )
            report(f"{name} write", args.docs, size(out), seconds)
            if FORMATS[name].read:
                seconds = best(
                    lambda n=name, o=out: get(n, "read").read(o, ReadOptions(), source.schema, Log()),
                    args.repeat,
                )
                report(f"{name} read", args.docs, size(out), seconds)
            if name in PEERS:
                title, peer = PEERS[name]
                report(f"  {title}", args.docs, size(out), best(lambda p=peer, o=out: p(o), args.repeat))
    schema = load_schema(ROOT / "annotations" / "schema")
    for name, path in (("brat", args.polnear), ("conllu", args.gum)):
        if path is not None:
            docs = len(get(name, "read").read(path, ReadOptions(), schema, Log()).documents)
            seconds = best(
                lambda n=name, p=path: get(n, "read").read(p, ReadOptions(), schema, Log()), args.repeat
            )
            report(f"{name} read {path.name}", docs, size(path), seconds)
    if args.gum is not None:
        report("  conllu.parse", docs, size(args.gum), best(lambda: conllu_peer(args.gum), args.repeat))


if __name__ == "__main__":
    main()
