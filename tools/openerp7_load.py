"""Loads OpenERP 7's base and crm data and demo data into a new database, and tells file by file what became of it.

`python tools/openerp7_load.py FOLDER DB`, after `tools/openerp7.py FOLDER`. The settings are those of `server.py`
(GRIAL_DATABASE_URL, GRIAL_DATA_DIR). The database is created, and left for looking at.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.cli.import_file import load_data
from core.data.outcome import LoadOutcome
from core.db.engine import DatabaseServer
from core.kernel.config import Settings
from core.module.create import create_database
from core.module.registries import Registries

FILES = {
    "base": (
        "base_data.xml", "currency_data.xml", "res/res_country_data.xml", "data/res.country.state.csv",
        "res/res_partner_data.xml", "base_demo.xml", "res/res_partner_demo.xml",
        "res/res_partner_image_demo.xml",
    ),
    "crm": (
        "crm_data.xml", "crm_lead_data.xml", "crm_phonecall_data.xml", "crm_demo.xml", "crm_lead_demo.xml",
        "crm_phonecall_demo.xml", "crm_action_rule_demo.xml",
    ),
}  # fmt: skip
RESOLVED = (
    "base.main_partner", "base.main_company", "base.es", "base.EUR", "base.uk", "base.state_us_5", "base.user_root",
    "base.user_demo", "base.res_partner_1", "base.res_partner_category_0", "base.res_partner_address_1",
    "base.res_partner_title_mister", "base.USD", "base.rateUSD", "crm.stage_lead1", "crm.section_sales_department",
    "crm.categ_oppor1", "crm.crm_case_1", "crm.crm_case_channel_website", "crm.type_lead1", "crm.payment_mode_1",
)  # fmt: skip
"""External ids as OpenERP's own programs write them."""
KINDS = ("ok", "updated", "skipped", "partial", "dropped", "rejected")


def main(folder: Path, database: str) -> None:
    """Create the database, load the files, show the counts and the reasons."""
    logging.disable(logging.WARNING)
    settings = Settings.from_env(os.environ)
    found = Registries(DatabaseServer(settings), settings, noting=False)
    create_database(found, database, addons=["crm"])
    say(f"{'file':34}" + "".join(f"{kind:>9}" for kind in KINDS))
    reasons: Counter[str] = Counter()
    for addon, names in FILES.items():
        for name in names:
            file = folder / "addons" / addon / name
            outcome = load_data(found, database, file, addon, dry_run=False, lenient=True)
            say(f"{addon + '/' + name:34}" + "".join(f"{outcome.count(kind) or '':>9}" for kind in KINDS))
            reasons.update(told(outcome))
    with found.transaction(database) as env:
        missing = [xmlid for xmlid in RESOLVED if not env.ref(xmlid, raise_missing=False)]
    say(
        f"\n{len(RESOLVED) - len(missing)} of {len(RESOLVED)} external ids resolve; not: {', '.join(missing) or 'none'}"
    )
    say("\nwhat was left out, and how often")
    for reason, times in sorted(reasons.items()):
        say(f"{times:5}  {reason}")


def told(outcome: LoadOutcome) -> list[str]:
    """The reasons of a file's verdicts, without lines and ids, so that like ones can be counted."""
    return [
        f"{verdict.kind}: {verdict.model or 'field'}: {part.partition(' Did you mean')[0]}"
        for verdict in outcome.verdicts
        if verdict.message
        for part in verdict.message.split("; ")
    ]


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
