"""The documents that the phone door sends, each as it was last agreed: `<language>/<name>.xml`.

`.venv/bin/python -m tests.ivr.golden` writes them again after a change that is meant; the change is then read in the
diff. What is in them is made by `ivr/` from the menu's texts, with the settings of the tests: no real number, no key.
"""
