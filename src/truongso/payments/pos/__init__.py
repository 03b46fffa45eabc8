"""Card terminals: slips recorded by the cashier, proved by approval code and RRN, settled by the acquirer's file."""
