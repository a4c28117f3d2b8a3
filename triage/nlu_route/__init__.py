"""Step 2: which of the four interventions, as Rasa reads it. The only client of Rasa."""
