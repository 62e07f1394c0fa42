"""Make the lesson's worksheet anew: ``python -m scripts.make_worksheet``, after a change of the lesson.

It fails if the lesson states a figure that the shipped results do not have.
"""

from __future__ import annotations

from demo.lesson.worksheet import FILE, render

if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
    print(FILE)
