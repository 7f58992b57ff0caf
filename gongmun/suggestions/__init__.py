"""Suggestions (제안): intake from the channels, selection, topics."""

from gongmun.suggestions.intake import ImportReport, import_file
from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.selection import deselect, select, set_topic

__all__ = ["ColumnMapping", "ImportReport", "deselect", "import_file", "select", "set_topic"]
