"""Rasa's actions: thin, run in bot/'s Python, speaking HTTP to api/bot_callbacks only."""
