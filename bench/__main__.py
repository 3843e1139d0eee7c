"""`./run bench [NAME...]`: measure, print, and keep the tables in bench/RESULTS.md."""

import argparse

from bench.databases import Databases
from bench.targets import TARGETS, Plan

QUICK = (10_000, 100_000)
FULL = (10_000, 100_000, 1_000_000)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TARGETS)}; all of them without")
    parser.add_argument("--full", action="store_true", help="a million companies too, and PostgreSQL")
    parser.add_argument("--sizes", type=int, nargs="+", help="numbers of companies, instead")
    parser.add_argument("--engines", nargs="+", choices=("sqlite", "postgres"), help="databases, instead")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(TARGETS):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    databases = Databases()
    plan = Plan(
        databases,
        chosen.engines or (("sqlite", "postgres") if chosen.full else ("sqlite",)),
        sorted(chosen.sizes or (FULL if chosen.full else QUICK)),
    )
    try:
        for name in chosen.names or TARGETS:
            TARGETS[name](plan)
    finally:
        databases.close()


main()
