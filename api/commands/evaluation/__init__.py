"""What `relais evaluate` measures, one idea a file; `api/commands/evaluate.py` runs it."""
