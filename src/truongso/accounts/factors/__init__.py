"""Second factors: authenticator app, keys of the account library, recovery codes, printed sheets."""
