"""The `relais` command: one file a command, imported only when it is the one asked for."""
