"""The daily clearing."""

import os
import time
from hashlib import sha256

from addons.base.models.autovacuum import Autovacuum
from core import Env


def test_the_daily_clearing_keeps_the_files_of_records_and_removes_others(env: Env) -> None:
    files = env.registry.files
    photo, attached, forgotten = (b"GIF89a%d of the daily clearing" % number for number in range(3))
    env["res.partner"].create({"name": "Ana", "active": False, "image": photo})
    env["ir.attachment"].create({"name": "a.txt", "datas": attached})
    files.put(forgotten)
    env.flush()
    two_days_ago = time.time() - 2 * 86_400
    for digest in files.digests():
        os.utime(files.path(digest), (two_days_ago, two_days_ago))
    env[Autovacuum].run()
    there = set(files.digests())
    assert {sha256(photo).hexdigest(), sha256(attached).hexdigest()} <= there
    assert sha256(forgotten).hexdigest() not in there
