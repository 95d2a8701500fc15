"""The schema room: record structure and value lists are data, everything else is derived from them."""

from communique.schema.load import load_schema
from communique.schema.model import Column, Schema, Table, Value, ValueList

__all__ = ["Column", "Schema", "Table", "Value", "ValueList", "load_schema"]
