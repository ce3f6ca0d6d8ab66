"""Contacts as they arrive from outside: spreadsheets in any common encoding, addresses in any form."""
