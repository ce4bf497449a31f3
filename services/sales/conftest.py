"""Tests stand in tests/ only: src/sales/test_drives.py is about test drives."""

collect_ignore = ["src"]
