"""Signed receipts: the installation's key, the signature of every receipt as issued."""
