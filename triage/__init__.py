"""The heart of Relais. Read conversation.py first: the whole flow of a turn is there."""
