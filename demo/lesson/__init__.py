"""The lesson: pages that drive the page itself, as data, and a worksheet for a class."""
