"""What Rasa loads by name from bot/config.yml and bot/endpoints.yml."""
