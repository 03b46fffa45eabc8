"""The end of a guardianship: by the school, with a reason, dated."""
