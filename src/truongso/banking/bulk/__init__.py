"""Accepting many proposals at once, looked through before."""
