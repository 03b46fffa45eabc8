"""payOS (official SDKs): payment links on the school's own account, webhook, confirm-webhook."""
