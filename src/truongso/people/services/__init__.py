"""Writes of pupils, guardians and rosters."""
