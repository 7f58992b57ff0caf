"""Print the letters of each folder that is named on a line of standard input.

python -m bench.rivals NAME TEMPLATES
"""

import sys
from importlib import import_module
from pathlib import Path

name, templates = sys.argv[1:]
with import_module(f"bench.rivals.{name}").printer(Path(templates)) as write_pdf:
    for line in sys.stdin:
        for page in sorted(Path(line.strip()).glob("*.html")):
            write_pdf(page, page.with_suffix(f".{name}.pdf"))
        print("done", flush=True)
