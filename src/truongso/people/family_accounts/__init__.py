"""Accounts of guardians and pupils: offered, taken up, ended with the last child at the school."""
