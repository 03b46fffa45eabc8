"""Reminders to families that owe: previewed, approved, sent through messaging, measured."""
