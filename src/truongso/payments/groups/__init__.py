"""Several invoices of one receiving account paid by one transfer: a code that stands for all of them."""
