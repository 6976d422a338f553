"""The workshop on paper: every stored value that is worked out, from the rows of the tables alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Rows = Mapping[str, list[dict[str, Any]]]
Fresh = dict[tuple[str, int, str], Any]


def fresh(rows: Rows) -> Fresh:
    """By table, id and column, what each worked-out value must be."""
    teams = {row["id"]: row for row in rows["work_team"]}
    workers = {row["id"]: row for row in rows["work_worker"]}
    links = [(row["work_worker_id"], row["work_skill_id"]) for row in rows["work_worker_skill"]]
    loads = {i: _load(rows, i) for i in workers}
    powers = {i: sum(s["weight"] for s in rows["work_skill"] if (i, s["id"]) in links) for i in workers}
    found: Fresh = {}
    for number in teams:
        above = _ancestors(teams, number)
        members = [w for w in workers.values() if w["team_id"] == number and w["active"]]
        found |= _keyed("work_team", number, total=_total(teams, number), depth=len(above) - 1,
                        path="/".join(teams[i]["name"] for i in reversed(above)), root_id=above[-1], heads=len(members),
                        load=sum((loads[w["id"]] for w in members), Decimal(0)))  # fmt: skip
    for number, worker in workers.items():
        team = teams.get(worker["team_id"])
        path = found["work_team", team["id"], "path"] if team else ""
        root = found["work_team", team["id"], "root_id"] if team else None
        title = f"{worker['name']} of {path} in {teams[root]['name'] if root else ''}"
        found |= _keyed("work_worker", number, load=loads[number], cost=loads[number] * worker["rate"], root_id=root,
                        power=powers[number], team_name=team["name"] if team else None, title=title)  # fmt: skip
    for job in rows["work_job"]:
        worker = workers[job["worker_id"]]
        title = found["work_worker", worker["id"], "title"]
        found |= _keyed("work_job", job["id"], price=job["hours"] * worker["rate"], short=job["hours"] < 2,
                        size=int(job["hours"]) // 4, label=f"{job['name'] or ''} by {title}")  # fmt: skip
    for skill in rows["work_skill"]:
        asked = sum(
            job["state"] == "open"
            for job in rows["work_job"]
            if (job["worker_id"], skill["id"]) in links and workers[job["worker_id"]]["active"]
        )
        found |= _keyed("work_skill", skill["id"], asked=asked)
    for foreman in rows["work_foreman"]:
        worker_id = foreman["worker_id"]
        score = foreman["stars"] * loads[worker_id] + powers[worker_id]
        found |= _keyed("work_foreman", foreman["id"], score=score)
    return found


def _keyed(table: str, number: int, **values: Any) -> Fresh:
    return {(table, number, name): value for name, value in values.items()}


def _load(rows: Rows, worker: int) -> Decimal:
    jobs = [job for job in rows["work_job"] if job["worker_id"] == worker and job["state"] == "open"]
    return sum((job["hours"] for job in jobs), Decimal(0))


def _ancestors(teams: Mapping[int, Any], number: int) -> list[int]:
    """A team and those above it, the nearest first."""
    found = [number]
    while teams[found[-1]]["parent_id"]:
        found.append(teams[found[-1]]["parent_id"])
    return found


def _total(teams: Mapping[int, Any], number: int) -> Decimal:
    below = [i for i, team in teams.items() if team["parent_id"] == number and team["active"]]
    budget: Decimal = teams[number]["budget"]
    return budget + sum((_total(teams, i) for i in below), Decimal(0))
