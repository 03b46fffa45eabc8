"""Measurements over the database: a large school set up through the product, timed against a floor in the same run."""
