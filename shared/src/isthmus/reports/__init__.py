"""Monthly and ten-day reports (月报表、旬报表): what a service counts, by org unit, as JSON, XLSX, CSV and PDF."""

from isthmus.reports.figures import Counted, Figure, Ratio, Rows
from isthmus.reports.serving import reports_router

__all__ = ["Counted", "Figure", "Ratio", "Rows", "reports_router"]
