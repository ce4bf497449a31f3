"""Runs the whole platform on one machine: embedded PostgreSQL and Kafka, supervisor, test fixtures."""
