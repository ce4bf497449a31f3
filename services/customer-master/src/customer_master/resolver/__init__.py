"""Turns queued records into golden customers; see `batch.py` for one transaction of it, `worker.py` for the loop."""
