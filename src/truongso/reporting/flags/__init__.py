"""Patterns in payments that deserve a word of explanation: quiet, with the payments behind each (peers' audit rows)."""
