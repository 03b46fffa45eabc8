"""The account policy of an organisation: dated, inherited downward, in two ready profiles."""
