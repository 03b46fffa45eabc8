"""Long prints: made by a job in parts, kept for some days to be downloaded."""
