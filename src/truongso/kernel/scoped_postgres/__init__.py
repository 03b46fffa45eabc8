"""Django's PostgreSQL backend that tells the server the scope (`kernel.scope`) of every statement."""
