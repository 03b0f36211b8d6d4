"""All parts or those named, one after another: `python -m bench [--sizes "300 3000"] [part …]`; the page at the end."""

from __future__ import annotations

import argparse
from importlib import import_module
from time import perf_counter

from bench.measure import told
from bench.page import keep, occasion, table_lines, write_page
from exporters.console import few_pauses

PARTS = "startup reading checking consolidating cores cluster forms reports reconciling book buttons".split()
SIZES = "300 3000 10000"


def main() -> None:
    """Measure, print as found, write the page."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("parts", nargs="*", metavar="part", help=" ".join(PARTS))
    asked = parser.parse_args()
    sizes = sorted(map(int, asked.sizes.split()))
    few_pauses()  # as the command line does
    for part in asked.parts or PARTS:
        on, start = occasion(sizes), perf_counter()
        sections = import_module(f"bench.{part}").measured(sizes)
        keep(part, on, sections)
        for section in sections:
            print(f"\n{section.title}\n{section.said}", *table_lines(section.heads, section.rows), sep="\n")
            for aim in section.aims:
                print(f"  {aim.what}: {aim.measured}, aim {aim.aim}: {'met' if aim.met else 'NOT MET'}")
        print(f"({part}: {told(perf_counter() - start)})", flush=True)
        write_page(PARTS)


if __name__ == "__main__":
    main()
