"""Credits put aside: parked with somebody who sees to them, or no fees of pupils."""
