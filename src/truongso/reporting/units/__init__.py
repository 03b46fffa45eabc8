"""Figures of many schools at once, for whoever looks after them: totals only, in a fixed number of queries."""
