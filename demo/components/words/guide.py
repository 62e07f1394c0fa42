"""The words of the address of a view, and of the lesson."""

from __future__ import annotations

ADDRESS_WORDS = {
    "copy": "Copy link to this view",
    "copied": "Copied: it opens this clip, frame and box.",
    "copy_by_hand": "Copy this link:",
    "link": "Link to this view",
    "unread": "Part of this address fits nothing here and was left out: {}.",
    "nothing": "There are no results to link to yet: press Run first.",
    "not_linkable": "Your own clips and corrections stay with you, so they have no link. Send a report instead: ",
    "report": "Download the report",
    "whole_page": "Open the whole page ↗",
}
LESSON_WORDS = {
    "lesson": "Lesson",
    "pages": "Pages of the lesson",
    "next": "Next",
    "back": "Back",
    "finish": "Finish",
    "close": "Close the lesson; your progress is kept",
    "task": "Your turn:",
    "done": "done",
    "right": "Right.",
    "otherwise": "It turned out otherwise.",
    "show": "Show it",
    "again": "Show this view again",
    "again_help": "Back to the clip, frame and box that this page is about",
    "worksheet": "Worksheet",
    "worksheet_address": "/lesson/worksheet.html",
}
