"""Settings, database, transactions, live events, crypto, clock, logging: no business words."""
