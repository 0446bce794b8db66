"""Log lines: as text, or as one JSON object a line for whatever collects them.

Both leave out what identifies a person: mail addresses, and the secret parts of addresses on this site.
"""

import json
import logging
import re
from datetime import UTC, datetime

from coaching_site import request_id

SECRETS = re.compile(r"(?P<path>/(?:calls|calendar)/)[\w.~-]+|[^\s<>\"'(),;=]+(?:@|%40)(?=[\w-])")

DETAILS = re.compile(r"(DETAIL: ).*?(?=\n\nThe above exception was|\n\nDuring handling of|\Z)", re.DOTALL)
"""PostgreSQL tells the row that it refused: “Key (email)=(…)”, “Failing row contains (…)”. An answer in there
may have line breaks, so all is taken up to where Python tells of another error."""


def masked(text: str) -> str:
    """`/calls/Xy3…/` becomes `/calls/***/`, and `someone@example.com` becomes `***@example.com`."""
    without_rows = DETAILS.sub(r"\1***", text)
    return SECRETS.sub(lambda found: f"{found['path']}***" if found["path"] else "***@", without_rows)


class TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}{of_request}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        record.of_request = f" [{id_}]" if (id_ := request_id.current()) else ""
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if id_ := request_id.current():
            line["request_id"] = id_
        if record.exc_info:
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
