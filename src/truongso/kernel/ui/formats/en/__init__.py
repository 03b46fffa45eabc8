"""English formats, with dates in the Vietnamese order."""
