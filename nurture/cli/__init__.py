"""The front door: one command a file, imported only when it is called."""
