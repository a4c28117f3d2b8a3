"""The other legs of a call: who answers, who is invited, who is called back, and the conference that joins them."""
