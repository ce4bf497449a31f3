"""Helpers for tests of services: signed identities, a fixed clock."""
