"""Account hygiene: inventory, review campaigns, leaks, long unused accounts, rules of official mail, evidence."""
