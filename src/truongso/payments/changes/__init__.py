"""Changes of where money goes and of who may report it: one person asks, another decides (A28)."""
