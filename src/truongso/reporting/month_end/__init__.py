"""The end of a month on one page: what is owed by class and item, unknown money, books, vouchers."""
