"""What every list offers, whatever it is of: an export as a table, and searches that users have saved."""

from isthmus.lists.exporting import TABLE, ExportQuery, LanguageQuery, export_list, spoken
from isthmus.lists.saved_searches import forget_searches, saved_searches_router, searched_values

__all__ = [
    "TABLE",
    "ExportQuery",
    "LanguageQuery",
    "export_list",
    "forget_searches",
    "saved_searches_router",
    "searched_values",
    "spoken",
]
