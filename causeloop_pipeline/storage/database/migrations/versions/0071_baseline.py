"""Where migrations begin; a new database is made from `schema/` and needs none of them."""

revision = "0071"
down_revision = None


def upgrade() -> None:
    """Nothing: an older database is refused."""
