"""Who is homeroom teacher of which class from when to when, and what that teacher sees of the class."""
