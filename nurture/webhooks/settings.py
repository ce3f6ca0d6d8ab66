"""How access tokens of a mail provider are got: this room's part of `config.yaml`, as meant."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSettings:
    """How a mailbox's access tokens are got. `token_url` is the provider's; `scope` is empty where it asks for none.

    The refresh token stands in `refresh_token_file`, or else is `refresh_token`, and then those that the provider
    gives later are kept in `kept_in`. `name` says in errors whose it is.
    """

    name: str
    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scope: str = ""
    refresh_token: str = field(default="", repr=False)
    refresh_token_file: Path | None = None
    kept_in: Path
