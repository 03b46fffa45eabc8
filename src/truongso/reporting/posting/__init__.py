"""Files of vouchers for an accounting package: each entry of the books in one file, every file the same forever."""
