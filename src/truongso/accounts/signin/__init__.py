"""Signing in: slowing down guesses, known devices, sessions."""
