"""Standardising: from a customer record as its source writes it to values that can be compared."""

from entity_resolution.standardize.record import STANDARD_VERSION, standardize

__all__ = ["STANDARD_VERSION", "standardize"]
