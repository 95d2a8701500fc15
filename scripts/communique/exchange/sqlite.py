"""One SQLite database: the tables without nesting, keys, foreign keys, and the value lists."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

from communique.annotation.source import Source
from communique.exchange.csv_bundle import tables
from communique.exchange.flat import FlatTable
from communique.exchange.format import ExchangeError, WriteOptions, Written

_TYPES = {"text": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}


def write(source: Source, out: Path, options: WriteOptions) -> Written:
    """The database `out`, or `communique.sqlite` in it if it is a folder. It appears whole or not at all."""
    written = Written()
    path = out / "communique.sqlite" if out.is_dir() or not out.suffix else out
    path.parent.mkdir(parents=True, exist_ok=True)
    flat = tables(source, options, written)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        database = sqlite3.connect(name)
        with database:
            for table in flat.values():
                database.execute(_create(table))
                places = ", ".join("?" * len(table.columns))
                try:
                    database.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', table.rows)
                except sqlite3.IntegrityError as error:
                    raise ExchangeError(
                        f"The table '{table.name}' repeats a key: {error}",
                        mend="run 'communique validate', which names the record",
                    ) from None
            database.execute(
                'CREATE TABLE "values" (list TEXT, value TEXT, title TEXT, description TEXT, PRIMARY KEY (list, value))'
            )
            listed = [
                (n, v.const, v.title, v.description)
                for n, one in source.schema.lists.items()
                for v in one.values
            ]
            database.executemany('INSERT INTO "values" VALUES (?, ?, ?, ?)', listed)
            database.execute(
                "CREATE TABLE columns (table_name TEXT, column_name TEXT, title TEXT, description TEXT, value_list TEXT)"
            )
            described = [
                (t.name, c.name, c.title, c.description, c.values) for t in flat.values() for c in t.columns
            ]
            database.executemany("INSERT INTO columns VALUES (?, ?, ?, ?, ?)", described)
        database.close()
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    written.files.append(path.name)
    return written


def _create(table: FlatTable) -> str:
    columns = [f'"{column.name}" {_TYPES[column.kind]}' for column in table.columns]
    # A claim whose asserter is unknown has no key; SQLite lets a null stand in one.
    columns.append("PRIMARY KEY (" + ", ".join(f'"{name}"' for name in table.key) + ")")
    if table.parent:
        keys = ", ".join(f'"{name}"' for name in table.key[:-1])
        columns.append(f'FOREIGN KEY ({keys}) REFERENCES "{table.parent}" ({keys})')
    return f'CREATE TABLE "{table.name}" ({", ".join(columns)})'
