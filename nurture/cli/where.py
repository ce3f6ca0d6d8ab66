"""`--where CONDITION`: the language of the campaigns, asked of the contacts."""

import click
from sqlalchemy import ColumnElement

from nurture.clock import SystemClock
from nurture.errors import InvalidInput
from nurture.loader.expression import parse_condition
from nurture.settings import Project
from nurture.store.condition import NO_RULES, to_sql
from nurture.store.connection import Connection

where_option = click.option(
    "--where", metavar="CONDITION", default=None, help="""Those for whom it holds: 'contact.country == "TH"'."""
)


def condition_of(project: Project, conn: Connection, where: str | None) -> ColumnElement[bool] | None:
    """The condition for the database; None where none was given. Raises InvalidInput with what is wrong in it."""
    if where is None:
        return None
    parsed = parse_condition(where, project.vocabulary, scope="audience")
    if parsed.condition is None:
        problem = parsed.problems[0]
        raise InvalidInput(problem.message, where="--where", hint=problem.hint)
    return to_sql(
        parsed.condition,
        now=SystemClock().now(),
        dialect_name=conn.dialect.name,
        score_rules=project.score_rules or NO_RULES,
    )
