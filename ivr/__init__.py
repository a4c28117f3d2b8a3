"""The phone door: a Twilio form comes in, TwiML goes out. The only importer of `twilio`."""
