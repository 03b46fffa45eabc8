"""Numbers of their own that a bank gives each pupil: money sent there names the pupil without a code."""
