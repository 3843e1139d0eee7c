"""Extensions, unbound: `create_app` binds them. Nothing here imports anything of ours."""

from typing import TYPE_CHECKING

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

#: Fixed names for constraints, so that a migration can name what it changes on any engine.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


# A view commits once and then only answers: reading its records again would begin another transaction.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
babel = Babel()
csrf = CSRFProtect()
login_manager = LoginManager()
migrate = Migrate()


def on_postgres() -> bool:
    """Whether the database is PostgreSQL, for the few things that each engine says its own way."""
    return db.engine.dialect.name == "postgresql"


if TYPE_CHECKING:

    class Model(DeclarativeBase):
        """What the type checker sees instead of `db.Model`, which it cannot follow."""
else:
    Model = db.Model
