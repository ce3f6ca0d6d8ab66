"""What alembic runs to migrate: the connection and its transaction come from `store/migrate.py`."""

from alembic import context

from nurture.store.version_tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
