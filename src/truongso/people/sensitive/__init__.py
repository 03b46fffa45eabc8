"""Sensitive facts of pupils: sealed, opened one pupil at a time with a reason; the family sees who did."""
