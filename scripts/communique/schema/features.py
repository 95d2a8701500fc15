"""Hugging Face features from the schema, with class labels on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from communique.schema.arrow import arrow_schema
from communique.schema.model import Schema, Table

if TYPE_CHECKING:
    from datasets import Features


def features(schema: Schema, table: Table, class_labels: tuple[str, ...] | bool = False) -> Features:
    """The features of a built table.

    Enumerations are strings. `class_labels` turns those of the named columns (True: of all scalar
    ones) into ClassLabel, values in the order of the value list.
    """
    from datasets import ClassLabel, Features

    made = Features.from_arrow_schema(arrow_schema(table))
    for column in table.columns:
        wanted = class_labels is True or (class_labels and column.name in class_labels)
        if wanted and column.values and not column.is_list:
            made[column.name] = ClassLabel(
                names=[value.const for value in schema.values(column.values).values]
            )
    return made
