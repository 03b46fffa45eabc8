"""A card terminal: sells, prints slips, closes batches; its acquirer pays the net sum with a file."""
