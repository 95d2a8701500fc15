"""The house keeps its rules: who imports whom, how long a module is, how fast the package imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "scripts" / "communique"
MODULES = sorted(PACKAGE.rglob("*.py"))

#: DESIGN §1. Everybody may use the ground: errors, files, project, package.
MAY_IMPORT = {
    "schema": set(),
    "text": set(),
    "articles": {"schema", "text"},
    "annotation": {"schema", "text"},
    "agreement": {"annotation", "schema", "text"},
    "rounds": {"annotation", "agreement", "articles", "schema", "text"},
    "corpus": {"articles", "annotation", "schema", "text"},
    "validation": {"corpus", "articles", "annotation", "schema", "text"},
    "exchange": {"annotation", "corpus", "articles", "rounds", "agreement", "schema", "text"},
    "explore": {"corpus", "agreement", "annotation", "articles", "schema", "text"},
}
GROUND = {"errors", "files", "parallel", "project", "package", "__version__", "__init__"}


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("communique"):
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.split(".")[1] for alias in node.names if alias.name.startswith("communique.")
            }
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_rooms_nearer_the_ground(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0]
    if room not in MAY_IMPORT:
        return
    assert _imports(path) <= MAY_IMPORT[room] | GROUND | {room}


def test_the_ground_imports_nothing_of_the_rooms() -> None:
    for name in ("errors", "files", "parallel", "project", "package"):
        assert _imports(PACKAGE / f"{name}.py") <= GROUND


def test_modules_are_short_and_well_named() -> None:
    assert [path.name for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []
    assert [path for path in MODULES if path.stem in ("utils", "helpers", "misc", "common")] == []


def test_importing_the_package_is_cheap() -> None:
    """No heavy library is loaded; the time itself is measured as the best of five, against 0.15 s."""
    code = (
        "import sys, time; t = time.perf_counter(); import communique; t = time.perf_counter() - t;"
        "heavy = {'datasets', 'pyarrow', 'polars', 'pandas', 'numpy', 'trafilatura', 'typer'} & set(sys.modules);"
        "print(t, *heavy)"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(5)
    ]
    assert outputs[0][1:] == []
    assert min(float(output[0]) for output in outputs) < 0.15
