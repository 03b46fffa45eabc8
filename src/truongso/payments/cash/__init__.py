"""Cash: the box, its book, the counting at the end of a day, and handing in to the bank."""
