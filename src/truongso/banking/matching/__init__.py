"""The matcher of bank transfers to invoices: pure, without Django. Start at `matcher.py`, the rules are in
`rules.py`.
"""
