"""Comptoir: the counter where a service organisation and its customers meet."""

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import assets, blueprints, cli, database, i18n, identity, logs, models, uploads, web
from webapp.access import closed, guard
from webapp.blueprints import errors
from webapp.config import DEFAULT_LANGUAGE, DEFAULT_TIMEZONE, LANGUAGES, Settings
from webapp.extensions import babel, csrf, db, login_manager, migrate
from webapp.saving import Application
from webapp.services import audit


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application for one installation; without `settings`, those of the environment."""
    settings = settings or Settings.from_environment()
    app = Application(__name__, instance_path=str(settings.instance_path), static_folder=None)
    configure(app, settings)
    logs.configure(settings.log_level)
    bind_extensions(app, settings)
    assets.init_app(app)
    install_request_hooks(app)
    guard.install(app, web.send_home)
    blueprints.init_app(app)
    errors.init_app(app)
    cli.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops)  # type: ignore[method-assign]
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Translate our settings into the names Flask and its extensions read."""
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        HTTPS=settings.https,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings),
        PERMANENT_SESSION_LIFETIME=settings.session_lifetime,
        SESSION_COOKIE_NAME="comptoir",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        # A page left open all day must still save.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        # The guard asks for the token, after it has asked who it is.
        WTF_CSRF_CHECK_DEFAULT=False,
        BABEL_DEFAULT_LOCALE=DEFAULT_LANGUAGE,
        BABEL_DEFAULT_TIMEZONE=DEFAULT_TIMEZONE,
        LANGUAGES=LANGUAGES,
        MAX_CONTENT_LENGTH=uploads.MAX_FILES * uploads.MAX_BYTES + 2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}


def bind_extensions(app: Flask, settings: Settings) -> None:
    """Bind the extensions and make the database safe: careful engines, no unmarked select."""
    assert models
    db.init_app(app)
    migrate.init_app(app, db, directory=app.root_path + "/migrations")
    csrf.init_app(app)
    login_manager.init_app(app)
    # Our own table of sessions decides; a changed network address is no reason to doubt one.
    login_manager.session_protection = None
    login_manager.user_loader(identity.load_viewer)
    login_manager.unauthorized_handler(web.sign_in_first)
    babel.init_app(app, locale_selector=i18n.choose_language, timezone_selector=i18n.choose_timezone)
    i18n.install(app)
    with app.app_context():
        database.prepare(db.engine, settings)
    closed.refuse_unmarked_selects()


def install_request_hooks(app: Flask) -> None:
    """What happens around each request, in this order."""

    @app.before_request
    def open_request() -> None:
        logs.new_request_id()
        database.set_reading(request.method in ("GET", "HEAD", "OPTIONS"))
        audit.come_from(identity.client_address())

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        audit.forget()

    app.after_request(web.add_headers)
