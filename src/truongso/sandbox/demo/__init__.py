"""The demo: a province set up through the product's own services, then a round of fees from issue to report."""
