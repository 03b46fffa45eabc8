"""Twins of the payment providers, a Mobile Money wallet and a card terminal: play money, this machine alone.

Written from the published protocols and not from the product's own reading of them, so that the two check each other.
"""
