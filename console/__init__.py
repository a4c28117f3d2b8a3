"""The staff side: sign in, see who waits, take a person, talk, close."""
