"""``python -m tests.law``: write the pages of ``docs/law/`` anew, and take away those that belong to nothing."""

import sys

from api.messages.__main__ import compile_all
from tests.law.pages import DOCS, ROOT, pages, written


def main() -> None:
    """Say what changed, and nothing where all is as it was."""
    compile_all()
    there = pages()
    for path, text in there.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            sys.stdout.write(f"written: {path.relative_to(ROOT)}\n")
    for path in sorted(written() - there.keys()):
        path.unlink()
        sys.stdout.write(f"taken away: {path.relative_to(ROOT)}\n")
        if path.parent != DOCS and not any(path.parent.iterdir()):
            path.parent.rmdir()


main()
