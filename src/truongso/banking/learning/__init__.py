"""What confirmed payments teach: who pays for whom. Derived from payments that stand, so an undone match is forgotten
with it; an accountant may have an entry forgotten as well.
"""
