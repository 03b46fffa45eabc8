"""Closing days of an account or of the cash box, and months of the books: signed by two, locked, reopened by two."""
