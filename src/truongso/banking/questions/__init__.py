"""Asking a family whether a transfer is theirs."""
