"""People of a school or unit: who they are, what they are from when to when, and the acts that take two."""
