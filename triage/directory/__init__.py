"""Resources that a person can be given."""
