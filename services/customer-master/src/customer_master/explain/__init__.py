"""Why records are one customer, or are not (合并依据): of two records and of a customer; as JSON or a picture."""
