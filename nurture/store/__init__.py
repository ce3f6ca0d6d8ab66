"""Everything that must survive: one queue, one ledger, one log, in SQLite or PostgreSQL."""
