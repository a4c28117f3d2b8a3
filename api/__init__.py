"""The HTTP application: app.py mounts every door."""
