"""`manage.py worker` of the release that PYTHONPATH names; one host of the internet is on this machine.

The site calls no private address and no other port than 443. Here the address and the port are those of the
run's own receiver; name, certificate, time limit and what is sent are checked and made as ever.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from functools import partial

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    from leads import outside
    from leads.webhooks import delivery

    port = int(os.environ["WEBHOOK_PORT"])
    context = ssl.create_default_context(cafile=os.environ["WEBHOOK_TRUSTS"])

    def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> outside.Reply:
        named = outside.target_of(url)
        target = outside.Target(named.host, named.path, port)
        ask = partial(outside.send, body=body, headers=headers, context=context)
        return outside.first_answer(target, ["127.0.0.1"], outside.Deadline(seconds), ask)

    delivery.call_some = partial(delivery.call_some, post=post)
    call_command("worker")


if __name__ == "__main__":
    main()
