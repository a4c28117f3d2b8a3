"""Measures under load, run by hand. Nothing of the product imports this folder."""
