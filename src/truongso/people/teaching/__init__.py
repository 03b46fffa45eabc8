"""Which teacher teaches which class which subject from when to when, and what that teacher sees of the class."""
