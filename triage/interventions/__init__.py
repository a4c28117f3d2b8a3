"""The closed list of intervention types, and the texts that the public reads and hears."""
