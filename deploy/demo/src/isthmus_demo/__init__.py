"""A seeded car market: who really lives in it (population), how its records get dirty, what each source writes down."""
