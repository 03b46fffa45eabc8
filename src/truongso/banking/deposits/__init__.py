"""Cash handed in to the bank meets the bank's line of it: it stays cash and is never fee money again."""
