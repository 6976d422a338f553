"""Puts addons in order: dependencies first, then by name, the same in every database."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence

from core.errors import GrialError, UserError
from core.module.finder import Shelf

Depends = Mapping[str, Sequence[str]]


def in_order(names: Collection[str], depends: Depends) -> list[str]:
    """`names` with dependencies first, then by name.

    `names` must be closed under `depends`. The order of two addons never depends on which others are there.
    Raises UserError naming the circle when the addons depend on each other.
    """
    waiting = {name: {other for other in depends[name] if other in names} for name in names}
    dependants: dict[str, list[str]] = {name: [] for name in names}
    for name, others in waiting.items():
        for other in others:
            dependants[other].append(name)
    ready = [name for name, others in waiting.items() if not others]
    heapq.heapify(ready)
    ordered: list[str] = []
    while ready:
        name = heapq.heappop(ready)
        ordered.append(name)
        for dependant in dependants[name]:
            waiting[dependant].discard(name)
            if not waiting[dependant]:
                heapq.heappush(ready, dependant)
    if len(ordered) < len(waiting):
        raise UserError(
            "These addons depend on each other in a circle: {chain}.", chain=" → ".join(_circle(waiting, ordered))
        )
    return ordered


def closure(shelf: Shelf, names: Iterable[str]) -> set[str]:
    """`names` and everything they depend on.

    Raises UserError that names the chain to an addon that is missing, broken or not installable.
    """
    depends = shelf.depends()
    found: set[str] = set()
    pending: list[tuple[str, ...]] = [(name,) for name in sorted(names, reverse=True)]
    while pending:
        chain = pending.pop()
        name = chain[-1]
        if name in found:
            continue
        reason = refusal(shelf, name)
        if reason:
            raise UserError("{chain} cannot be installed: {reason}", chain=" → ".join(chain), reason=reason)
        found.add(name)
        pending.extend((*chain, other) for other in depends[name])
    return found


def refusal(shelf: Shelf, name: str) -> GrialError | None:
    """Why this addon on its own cannot be installed, or None."""
    if name in shelf.broken:
        return shelf.broken[name]
    if name not in shelf.manifests:
        return shelf.unknown(name)
    if not shelf.manifests[name].installable:
        return UserError("{name} is marked as not installable.", name=name)
    return None


def bridges(shelf: Shelf, installed: Collection[str], new: Collection[str]) -> set[str]:
    """Addons with auto_install that become complete because `new` joins `installed`, and those they complete in turn.

    A bridge that could have been there before (all it needs was installed already) is not added: somebody
    has removed it on purpose.
    """
    depends = shelf.depends()
    have = set(installed) | set(new)
    fresh = set(new)
    added: set[str] = set()
    growing = True
    while growing:
        growing = False
        for name, manifest in sorted(shelf.manifests.items()):
            if name in have or not manifest.auto_install or not manifest.installable:
                continue
            needs = set(depends[name])
            if needs <= have and needs & fresh:
                added.add(name)
                have.add(name)
                fresh.add(name)
                growing = True
    return added


def dependants(names: Iterable[str], depends: Depends, among: Collection[str]) -> set[str]:
    """The addons of `among` that need one of `names`, directly or through others; `names` themselves left out."""
    removed = set(names)
    found: set[str] = set()
    growing = True
    while growing:
        growing = False
        for name in among:
            if name not in removed and name not in found and (removed | found).intersection(depends.get(name, ())):
                found.add(name)
                growing = True
    return found


def _circle(waiting: Mapping[str, set[str]], ordered: Sequence[str]) -> list[str]:
    """One circle among the addons that never became ready, shortest name first, closed at its start."""
    stuck = set(waiting) - set(ordered)
    name = min(stuck)
    path: list[str] = []
    while name not in path:
        path.append(name)
        name = min(waiting[name] & stuck)
    circle = path[path.index(name) :]
    start = circle.index(min(circle))
    circle = circle[start:] + circle[:start]
    return [*circle, circle[0]]
