"""Messages to addresses: templates, channels, deliveries with retries, quiet hours and limits. Knows no people."""
