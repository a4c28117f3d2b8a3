"""Rasa and what it needs; runs in its own Python 3.10 and is reached by HTTP only."""
