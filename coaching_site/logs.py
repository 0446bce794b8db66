"""Log lines: as text, or as one JSON object a line for whatever collects them.

Both leave out what identifies a person: mail addresses, and the secret parts of addresses on this site.
"""

import json
import logging
import re
from datetime import UTC, datetime

SECRETS = re.compile(r"(?P<path>/(?:calls|calendar)/)[\w.~-]+|[^\s<>\"'(),;=]+@(?=[\w-])")


def masked(text: str) -> str:
    """`/calls/Xy3…/` becomes `/calls/***/`, and `someone@example.com` becomes `***@example.com`."""
    return SECRETS.sub(lambda found: f"{found['path']}***" if found["path"] else "***@", text)


class TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
