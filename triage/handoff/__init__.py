"""Step 3b: the queue. A person waiting for, or with, an intervenant."""
