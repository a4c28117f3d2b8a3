"""Set-up, start and check of the whole product, before any of its libraries is installed.

Python 3.8 and the standard library only: `make` runs these modules with whatever Python 3 the machine has.
"""
