"""Bank bill service: a bank asks what is owed and posts the payment. Protocol: README.md beside this file."""
