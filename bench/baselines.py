"""What the stack can do: three pages of nothing but Flask, answered by the server that answers for the product.

/bench/hello   a word
/bench/jinja   a page of 50 rows, nobody signed in, no database
/bench/probe   the same page for somebody signed in by Flask-Login (one row read), its 50 rows read by keyset
"""

import os
from typing import Any, NamedTuple

from flask import Flask, Response, render_template, request
from flask_login import LoginManager, UserMixin, login_required
from sqlalchemy import Engine, bindparam, create_engine, event, select, tuple_
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from bench.databases import SECRET, settings_for
from webapp import create_app, database
from webapp.config import Settings
from webapp.models import EVERYBODY_ID, Company, CompanyListing, Resource, Tree
from webapp.models.base import Id

ROWS = 50
#: The cookie that says who is signed in to the probe.
COOKIE = "probe"


class Row(NamedTuple):
    """What a row of the page shows."""

    id: int
    name: str


class User(UserMixin):
    def __init__(self, identifier: int, name: str):
        self.id = identifier
        self.name = name


company, listing, resource = (model.__table__.c for model in (Company, CompanyListing, Resource))

USER = select(resource.id, resource.name).where(resource.id == bindparam("id", type_=Id))
KEYSET = (
    select(company.id, company.name)
    .join_from(CompanyListing.__table__, Company.__table__, company.id == listing.company_id)
    .where(
        listing.principal_id == EVERYBODY_ID,
        listing.tree == Tree.ACCOUNT_TYPE,
        listing.branch_id == bindparam("branch", type_=Id),
        tuple_(listing.sort_key, listing.company_id) > tuple_(b"", 0),
    )
    .order_by(listing.sort_key, listing.company_id)
    .limit(ROWS)
)


def baselines(settings: Settings) -> Flask:
    """Build the application of the three pages."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY=SECRET, SESSION_COOKIE_NAME=COOKIE)
    engine = create_engine(settings.database_url, **database.engine_options(settings))
    _reads_only(engine, settings)
    logins = LoginManager(app)
    rows = [Row(number, f"Établissements Lefèvre & Fils {number}") for number in range(ROWS)]

    @logins.user_loader  # type: ignore[untyped-decorator]
    def load_user(identifier: str) -> User | None:
        with engine.connect() as connection:
            found = connection.execute(USER, {"id": int(identifier)}).first()
        return User(*found) if found else None

    @app.get("/hello")
    def hello() -> Response:
        return Response("Bonjour", mimetype="text/plain")

    @app.get("/jinja")
    def jinja() -> str:
        return render_template("rows.html", rows=rows)

    @app.get("/probe")
    @login_required  # type: ignore[untyped-decorator]
    def probe() -> str:
        with engine.connect() as connection:
            found = connection.execute(KEYSET, {"branch": request.args.get("branch", type=int)}).all()
        return render_template("rows.html", rows=found)

    return app


def _reads_only(engine: Engine, settings: Settings) -> None:
    database.prepare(engine, settings)

    @event.listens_for(engine, "begin", insert=True)
    def on_begin(_connection: Any) -> None:
        database.set_reading(True)


def create_server() -> Any:
    """Build what the server of the benchmarks serves: the product, and the baselines under `/bench`."""
    settings = settings_for(os.environ["DATABASE_URL"])
    product = create_app(settings)
    product.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign]
        product.wsgi_app, {"/bench": baselines(settings).wsgi_app}
    )
    return product
