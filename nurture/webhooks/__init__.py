"""Signed calls to other people's systems."""
