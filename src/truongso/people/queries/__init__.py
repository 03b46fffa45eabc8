"""Reads of pupils, classes and guardians."""
