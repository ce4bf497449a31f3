"""Entity resolution: a pure function from customer records to golden customers (no I/O, clock, framework, database)."""
