"""A telephone network of our own, for demonstration and tests: Twilio's behaviour, without Twilio."""
