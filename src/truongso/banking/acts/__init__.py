"""What people did with bank lines, so that it can be undone, and the undoing undone."""
