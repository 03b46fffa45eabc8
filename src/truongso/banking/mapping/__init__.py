"""Statements whose columns a person has shown: kept per account, used again, shared as a small file."""
