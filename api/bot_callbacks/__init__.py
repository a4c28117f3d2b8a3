"""What Rasa's actions may ask: apart from asking for a person, they only read."""
