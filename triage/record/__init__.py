"""What is kept of a contact: its turns, its signals, who read it."""
