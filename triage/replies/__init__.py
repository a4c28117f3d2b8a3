"""Step 3a: the text and up to three resources, from files, never generated."""
