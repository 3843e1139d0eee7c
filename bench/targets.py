"""The measures, one function for each target of PERFORMANCE that concerns what exists."""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import quote, urlsplit

import brotli
from sqlalchemy import event

from bench import imports
from bench.databases import FOLDER, Databases, Which, application
from bench.load import Answer, Client, throughput
from bench.pages import World, first_viewer, world_of
from bench.report import NOT_AIMED_AT, Table, keep, say, verdict
from bench.server import Served, serving
from bench.world import NAMED_ON
from tests.client import Browser, printed_values, sign_in
from tests.markup import read
from webapp.access import Viewer
from webapp.extensions import db
from webapp.services.linked.words import WORDS
from webapp.services.search import finding
from webapp.services.search.sources import Kind
from webapp.services.search.typed import Typed

#: Measures are taken in turns of so many requests, so that what disturbs one disturbs its neighbours too.
TURNS = 12
REQUESTS = 40


@dataclass(frozen=True)
class Plan:
    """Which worlds to measure."""

    databases: Databases
    engines: Sequence[str]
    sizes: Sequence[int]


# --- F1: beside what the stack can do --------------------------------------------------------------------------------


def f1(plan: Plan) -> None:
    """A branch of 50 companies, beside the probe and beside Jinja alone."""
    for engine in plan.engines:
        _f1(plan, Which(engine, plan.sizes[-1]))


def _f1(plan: Plan, which: Which) -> None:
    url = plan.databases.get(which)
    world = world_of(url)
    with serving(url) as served:
        branch = world.branches[0]
        # Without a cookie: Flask-Login gives every template its user, and would read one from the database.
        stranger = Client(served.client.address)
        pages = {
            "hello": (stranger, "/bench/hello", False),
            "Jinja, 50 rows": (stranger, "/bench/jinja", False),
            "probe: login, 50 rows by keyset, Jinja": (served.bare, f"/bench/probe?branch={branch}", False),
            "a branch, 50 companies": (served.client, f"/trees/type/{branch}", True),
            "a branch, from a letter": (served.client, f"/trees/type/{branch}?at=M", True),
        }
        requests = {}
        sizes = {}
        for name, (client, path, htmx) in pages.items():
            sizes[name] = len(client.get(path, htmx=htmx).body)
            requests[name] = client.request(path, htmx=htmx)
        seconds: dict[str, list[float]] = {name: [] for name in pages}
        rates: dict[str, list[float]] = {name: [] for name in pages}
        for _turn in range(TURNS):
            for name, (client, _path, _htmx) in pages.items():
                seconds[name] += [client.send(requests[name]).seconds for _ in range(REQUESTS)]
                rates[name].append(throughput(served.client.address, [requests[name]], seconds=0.5))
    table = Table(
        f"F1, {which}",
        [
            "page",
            "p50 ms",
            "p95 ms",
            "a second, 8 clients",
            "of the probe",
            "of Jinja alone",
            "bytes",
            "aim: 0.8 and 0.65",
        ],
        "Requests a second for a page of 50 companies, beside pages of 50 rows that do less. Medians of "
        f"{TURNS} turns; ratios are medians of those of each turn.",
    )
    names = list(pages)
    jinja, probe = rates[names[1]], rates[names[2]]
    for number, name in enumerate(pages):
        to_probe, to_jinja = _ratio(rates[name], probe), _ratio(rates[name], jinja)
        aim = NOT_AIMED_AT
        if number > 2:
            aim = f"{verdict(to_probe, at_least=0.8)}, {verdict(to_jinja, at_least=0.65)}"
        table.add(
            name,
            *_times(seconds[name]),
            f"{median(rates[name]):.0f}",
            f"{to_probe:.2f}",
            f"{to_jinja:.2f}",
            f"{sizes[name]:,}",
            aim,
        )
    keep(table)


def _ratio(values: Sequence[float], beside: Sequence[float]) -> float:
    """Return the median of the ratios of measures taken one after the other."""
    return median(value / other for value, other in zip(values, beside, strict=True))


def _times(seconds: Sequence[float]) -> tuple[str, str]:
    return f"{median(seconds) * 1000:.2f}", f"{quantiles(seconds, n=20)[-1] * 1000:.2f}"


# --- F2: flat --------------------------------------------------------------------------------------------------------

Operation = Callable[[Served, World], Callable[[], float]]


def f2(plan: Plan) -> None:
    """The same requests at each size: what the largest costs beside the smallest."""
    for engine in plan.engines:
        for restricted in (False, True):
            _f2(plan, engine, restricted=restricted)


def _f2(plan: Plan, engine: str, *, restricted: bool) -> None:
    urls = {size: plan.databases.get(Which(engine, size, restricted)) for size in plan.sizes}
    seconds: dict[str, dict[int, list[float]]] = {name: {size: [] for size in urls} for name in OPERATIONS}
    with ExitStack() as stack:
        actions = {}
        for size, url in urls.items():
            world, served = world_of(url), stack.enter_context(serving(url))
            actions[size] = {name: operation(served, world) for name, operation in OPERATIONS.items()}
        for name in OPERATIONS:
            say(f"F2: {name}")
            for size in urls:
                for _ in range(10):
                    actions[size][name]()
            for _turn in range(TURNS):
                for size in urls:
                    seconds[name][size] += [actions[size][name]() for _ in range(REQUESTS // 2)]
    smallest, largest = min(urls), max(urls)
    table = Table(
        f"F2, {engine}, {'nine in ten restricted' if restricted else 'all open'}",
        ["operation", *(f"{size:,}" for size in urls), "ratio", "aim: 1.2"],
        f"Milliseconds (p50, one client) by number of companies; the ratio is of {largest:,} to {smallest:,}. "
        + ("The viewer sees the open ones and 1,000 of the others. " if restricted else "")
        + f"{TURNS * REQUESTS // 2} requests of each, in turns. The first line does nothing: it is the machine's part.",
    )
    for name, by_size in seconds.items():
        p50 = {size: median(by_size[size]) * 1000 for size in urls}
        ratio = p50[largest] / p50[smallest]
        aim = NOT_AIMED_AT if name == "hello" else verdict(round(ratio, 2), at_most=1.2)
        table.add(name, *(f"{p50[size]:.2f}" for size in urls), f"{ratio:.2f}", aim)
    keep(table)


def _lists(world: World) -> list[str]:
    """Return the lists of what hangs on the company that has most, and of all there is."""
    return [f"/{words.pages}/{of}" for words in WORDS.values() for of in ("", f"?company={world.full}")]


def _reading(path: Callable[[World], Iterable[str]], *, htmx: bool = True) -> Operation:
    """An operation that only asks for pages, one after the other."""

    def prepare(served: Served, world: World) -> Callable[[], float]:
        paths = cycle(list(path(world)))

        def ask() -> float:
            # Through the client, which keeps a cookie that the server renews.
            return served.client.get(next(paths), htmx=htmx).seconds

        return ask

    return prepare


def _saving(change: Callable[[dict[str, str], int], None]) -> Operation:
    """An operation that saves a company; the form it sends is fetched each time, and not counted."""

    def prepare(served: Served, world: World) -> Callable[[], float]:
        numbers = iter(range(10**9))

        def save() -> float:
            number = next(numbers)
            path = f"/companies/{world.company_ids[number % len(world.company_ids)]}/edit"
            return save_form(served.client, path, lambda values: change(values, number)).seconds

        return save

    return prepare


def save_form(client: Client, path: str, change: Callable[[dict[str, str]], None]) -> Answer:
    """Open a form as htmx does, change some values, send it back."""
    page = read(client.get(path, htmx=True).text)[0]
    form = next(form for form in page.all("form") if form.get("hx-post") or form.get("method") == "post")
    values = dict(printed_values(form, None))
    change(values)
    answer = client.send(client.request(path, htmx=True, values=list(values.items())))
    if "hx-location" not in answer.headers:
        raise RuntimeError(f"{path} was not saved")
    return answer


def _rename(values: dict[str, str], number: int) -> None:
    name = _name_of(values, "name")
    values[name] = values[name].removesuffix(" bis") if values[name].endswith(" bis") else f"{values[name]} bis"


def _change_phone(values: dict[str, str], number: int) -> None:
    values[_name_of(values, "phone_other")] = f"01 99 00 {number // 100 % 100:02} {number % 100:02}"


def _name_of(values: dict[str, str], name: str) -> str:
    """Return the control of a value: its name, with the prefix of its tab."""
    return next(control for control in values if control.rpartition("-")[2] == name)


LETTERS = "BDGLMPRTV"
OPERATIONS: dict[str, Operation] = {
    "hello": _reading(lambda world: ["/bench/hello"]),
    "a branch, first page": _reading(lambda world: [f"/trees/type/{world.branches[0]}"]),
    "a branch, middle": _reading(lambda world: [f"/trees/type/{world.branches[0]}?at={x}" for x in LETTERS]),
    "another branch, middle": _reading(lambda world: [f"/trees/type/{world.branches[1]}?at={x}" for x in LETTERS]),
    "the page of the tree": _reading(lambda world: ["/companies"], htmx=False),
    "the same by region": _reading(lambda world: ["/companies?view=region"], htmx=False),
    "a profile": _reading(lambda world: [f"/companies/{one}" for one in world.company_ids]),
    "a profile, whole page": _reading(lambda world: [f"/companies/{one}" for one in world.company_ids], htmx=False),
    "a profile with 5,000 records": _reading(lambda world: [f"/companies/{world.full}"]),
    "their lists, of each kind": _reading(_lists),
    "their history": _reading(lambda world: [f"/companies/{world.full}/history"]),
    "home": _reading(lambda world: ["/"], htmx=False),
    "autocomplete, common": _reading(lambda world: ["/lookups/companies?q=ma", "/lookups/companies?q=ateliers"]),
    "autocomplete, rare": _reading(lambda world: [f"/lookups/companies?q={quote(world.rare)}"]),
    "autocomplete, none": _reading(lambda world: ["/lookups/companies?q=zzzx", "/lookups/companies?q=martinzx"]),
    "search, as typed": _reading(
        lambda world: [f"/search/offers?q={q}" for q in ("m", "mart", "martin", "anne+martin", "0199", "zzzxq")]
    ),
    "my contacts": _reading(lambda world: ["/my-contacts"], htmx=False),
    "my contacts, a branch": _reading(lambda world: [f"/trees/mine/{world.branches[1]}"]),
    "save, a phone": _saving(_change_phone),
    "save, a new name": _saving(_rename),
}


# --- F3: search ------------------------------------------------------------------------------------------------------

#: What is typed: what many hold, what few hold, what nobody does; letters, words, numbers, errors.
TYPED = (
    *("m", "du", "ma", "martin", "jules", "exemple", "atelier", "ent", "tion", "lier", "quéré", "çelik"),
    *("anne martin", "martin lyon", "anne noémie martin", "durand fils", "transports lyon", "œuvrard chloé"),
    *("soc-0000", "soc-00001", "0199", "9900", "01 99 01 23 45", "+33 1 99", "exemple-12", "martin@exemple"),
    *("zzzxq", "xqzw kpv", "zzzxq martin", "mratin", "dupnot", "a b c", "m m"),
)
#: Results of each kind, as the bar asks for.
OFFERED = 7


def f3(plan: Plan) -> None:
    """Searching companies and contacts as one types, in the server, for viewers who see all and nearly nothing."""
    for engine in plan.engines:
        _f3(plan, engine)


def _f3(plan: Plan, engine: str) -> None:
    size = plan.sizes[-1]
    table = Table(
        f"F3, {engine}, {size:,} companies and {3 * size:,} contacts",
        ["viewer", "p50 ms", "p95 ms", "slowest ms", "the slowest", "aim: p95 at most 10"],
        f"Milliseconds in the server for what the search bar asks: {OFFERED} companies and {OFFERED} contacts, for "
        f"{len(TYPED)} inputs, {TURNS} times each.",
    )
    for restricted in (False, True):
        with application(plan.databases.get(Which(engine, size, restricted))) as app, app.test_request_context():
            viewer = first_viewer()
            viewers = {"sees all": viewer}
            if restricted:
                own = replace(viewer, principal_ids=viewer.principal_ids[1:])
                viewers = {"sees one in ten": viewer, f"sees {NAMED_ON:,}": own, "sees nothing": _nobody(viewer)}
            for name, who in viewers.items():
                say(f"F3: {engine}, {name}")
                seconds = _search_times(who)
                times = sorted(one for of_input in seconds.values() for one in of_input)
                slowest = max(seconds, key=lambda typed: median(seconds[typed]))
                p50, p95 = _times(times)
                worst = f"{median(seconds[slowest]) * 1000:.2f}"
                table.add(name, p50, p95, worst, f"`{slowest}`", verdict(float(p95), at_most=10))
    keep(table)


def _nobody(viewer: Viewer) -> Viewer:
    """A viewer to whom nothing is granted."""
    return replace(viewer, principal_ids=(-1,))


def _search_times(viewer: Viewer) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {typed: [] for typed in TYPED}
    for turn in range(TURNS + 1):
        for typed, times in seconds.items():
            started = perf_counter()
            for kind in Kind:
                finding.find(kind, Typed.read(typed), viewer, OFFERED)
            # The first turn warms what is read.
            if turn:
                times.append(perf_counter() - started)
    return seconds


# --- F5: bytes and requests ------------------------------------------------------------------------------------------


def f5(plan: Plan) -> None:
    """What a browser fetches, and how much of it there is once compressed."""
    from playwright.sync_api import sync_playwright

    which = Which("sqlite", min(plan.sizes))
    url = plan.databases.get(which)
    world = world_of(url)
    table = Table(
        "F5, bytes and requests",
        ["what", "requests", "bytes compressed", "the font, besides", "aim"],
        "Requests as Chromium makes them, each visit with an empty cache; pages compressed by brotli (level 5) as a "
        "proxy would, static files as served.",
    )
    with serving(url) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        root = f"http://{served.client.address[0]}:{served.client.address[1]}"
        cookies = [{"name": name, "value": value, "url": root} for name, value in served.client.cookies.items()]

        def visit(*paths: str, signed_in: bool, then: str | None = None) -> list[tuple[str, bool]]:
            """Return what the browser fetched, as (path, for htmx): all of it, or what a click on `then` fetched."""
            context = browser.new_context(locale="fr-FR")
            if signed_in:
                context.add_cookies(cookies)  # type: ignore[arg-type]
            page = context.new_page()
            fetched: list[tuple[str, bool]] = []
            page.on("request", lambda r: fetched.append((r.url.removeprefix(root), "hx-request" in r.headers)))
            for path in paths:
                page.goto(root + path, wait_until="networkidle")
            if then is not None:
                fetched.clear()
                page.locator(then).first.click()
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(300)
            context.close()
            # A second request for a file that may be kept for ever is answered by the browser itself.
            return list(dict.fromkeys(one for one in fetched if not one[0].startswith("data:")))

        sign_in = visit("/login", signed_in=False)
        home = [one for one in visit("/", signed_in=True) if one not in sign_in]
        branch, company = world.branches[0], world.company_ids[0]
        lines = {
            "first visit: the sign-in page": (sign_in, 6, 40_000),
            "first visit, until home": (sign_in + home, 6, 40_000),
            "opening a branch": (
                visit("/companies", signed_in=True, then=f"#node-type-{branch}-row"),
                1,
                4_000,
            ),
            "a profile, fetched": ([(f"/companies/{company}", True)], 1, 6_000),
            "a profile, whole page again": ([(f"/companies/{company}", False)], None, None),
        }
        for name, (fetched, requests, most) in lines.items():
            sizes = {path: _compressed(served.client, path, htmx) for path, htmx in fetched}
            fonts = [path for path in sizes if path.endswith(".woff2")]
            font = sum(sizes.pop(path) for path in fonts)
            total = sum(sizes.values())
            aim = NOT_AIMED_AT
            if requests and most:
                met = verdict(len(sizes), at_most=requests), verdict(total, at_most=most)
                aim = f"{requests} requests {met[0]}, {most:,} bytes {met[1]}"
            table.add(name, len(sizes), f"{total:,}", f"{font:,}" if fonts else "", aim)
        browser.close()
    keep(table)


def _compressed(client: Client, path: str, htmx: bool) -> int:
    """Return how many bytes of this address travel."""
    signed_in = Client(client.address, {} if path.startswith("/login") else dict(client.cookies))
    answer = signed_in.get(urlsplit(path)._replace(fragment="").geturl(), htmx=htmx, headers={"Accept-Encoding": "br"})
    signed_in.close()
    if "content-encoding" in answer.headers or not answer.headers.get("content-type", "").startswith("text/"):
        return len(answer.body)
    return len(brotli.compress(answer.body, quality=5))


# --- F6: queries -----------------------------------------------------------------------------------------------------


def f6(plan: Plan) -> None:
    """How many statements each page sends, the one that reads who is signed in included."""
    url = plan.databases.get(Which("sqlite", min(plan.sizes)))
    world = world_of(url)
    company = world.company_ids[0]
    paths: dict[str, tuple[str, bool, int | None]] = {
        "a branch": (f"/trees/type/{world.branches[0]}", True, 4),
        "a branch, from a letter": (f"/trees/type/{world.branches[0]}?at=M", True, 4),
        "a profile": (f"/companies/{company}", True, 12),
        "a profile with 5,000 records": (f"/companies/{world.full}", True, 12),
        **{f"list: {words.pages}": (f"/{words.pages}/", True, 4) for words in WORDS.values()},
        "the page of the tree": ("/companies", False, None),
        "a profile, whole page": (f"/companies/{company}", False, None),
        "home": ("/", False, None),
        "autocomplete": ("/lookups/companies?q=martin", True, None),
        "the form of a company": (f"/companies/{company}/edit", True, None),
    }
    table = Table("F6, queries", ["page", "queries", "aim"], "Statements sent to the database, the sign-in's included.")
    for name, (path, htmx, most) in paths.items():
        count = max(_count(url, path, htmx), 1)
        aim = NOT_AIMED_AT if most is None else f"at most {most}: {verdict(count, at_most=most)}"
        table.add(name, count, aim)
    keep(table)


def _count(url: str, path: str, htmx: bool) -> int:
    seen: list[str] = []
    with application(url) as app:
        with app.app_context():
            viewer = first_viewer()
            event.listen(db.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
        browser = Browser(app, lambda name: None)
        browser.run(browser.remember, sign_in(app, viewer.resource_id or 0))
        seen.clear()
        browser.get(path, htmx=htmx)
    return len([statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))])


# --- F7: imports -----------------------------------------------------------------------------------------------------

IMPORTED = 100_000


def f7(plan: Plan) -> None:
    """The import of 100,000 companies and their contacts by the command, into an empty installation; their export."""
    table = Table(
        "F7, imports and exports",
        ["what", "seconds", "peak memory, MB", "aim"],
        f"Of {IMPORTED:,} companies and {round(IMPORTED * imports.CONTACTS):,} contacts, as CSV files, on SQLite, into "
        "an empty installation and out of it.",
    )
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        runs, bare_seconds = imports.run(Path(folder), IMPORTED)
    for run in runs:
        table.add(
            run.name, f"{run.seconds:.1f}", f"{run.megabytes:.0f}", f"300 MB {verdict(run.megabytes, at_most=300)}"
        )
    for verb in ("import", "export"):
        seconds = sum(run.seconds for run in runs if run.name.startswith(verb))
        table.add(f"{verb}, both", f"{seconds:.1f}", "", f"60 s {verdict(seconds, at_most=60)}")
    table.add("the same rows only inserted", f"{bare_seconds:.1f}", "", NOT_AIMED_AT)
    keep(table)


TARGETS: dict[str, Callable[[Plan], None]] = {"f1": f1, "f2": f2, "f3": f3, "f5": f5, "f6": f6, "f7": f7}
