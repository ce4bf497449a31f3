"""Lists as tables (XLSX, CSV) and documents as pages (PDF), headed in Chinese or English."""

from isthmus.exports.columns import Cell, Column, Language, columns_of, name_of
from isthmus.exports.tables import MAX_ROWS, MEDIA_TYPES, TableFormat, TableWriter, open_table

__all__ = [
    "MAX_ROWS",
    "MEDIA_TYPES",
    "Cell",
    "Column",
    "Language",
    "TableFormat",
    "TableWriter",
    "columns_of",
    "name_of",
    "open_table",
]
