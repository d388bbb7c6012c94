"""The offices of a demonstration's past: who acted in a village, a township and the county."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.demo import DemoAccount, create_demo_officials
from fangpin.casework.officials.models import Post
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack
from fangpin.policy.models.demos import DemoCasework

_MORNING = time(1, 30)
"""Half past nine where the demonstration plays, in UTC."""


def draw(*parts: object) -> int:
    """A number from what it is drawn for: the same again in every demonstration."""
    return int(hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()[:8], 16)


def moment(day: date, minutes: int = 0) -> datetime:
    """A moment of a working morning."""
    at = datetime.combine(day, _MORNING, tzinfo=UTC)
    return at.replace(minute=at.minute + minutes % 30)


@dataclass
class Offices:
    """Scopes of the officials who acted; accounts are made where nobody holds the post yet."""

    pack: Pack
    told: DemoCasework
    password: str
    since: date
    visitors: frozenset[str] = frozenset()
    """Accounts of whoever tries the demonstration: nobody acts in their name."""
    _scopes: dict[tuple[str, str], Scope] = field(default_factory=dict)

    def of(self, role: str, division: str) -> Scope:
        """Whoever holds a role for a division, at that role's own level."""
        level = self.pack.roles[role].level
        place = self._at_level(division, level)
        if (role, place) not in self._scopes:
            posts = Post.objects.filter(role=role, division=place).order_by("id")
            post = posts.exclude(official__user__username__in=self.visitors).first()
            username = post.official.user.get_username() if post else self._made(role, place)
            self._scopes[role, place] = Scope(
                official=username,
                role=role,
                divisions=(place,),
                may=frozenset(self.pack.roles[role].may),
            )
        return self._scopes[role, place]

    def step(self, roles: list[str], division: str) -> Scope:
        """Whoever owns a step: the first of its roles."""
        return self.of(roles[0], division)

    def _made(self, role: str, place: str) -> str:
        name = self.told.names[draw(role, place) % len(self.told.names)]
        username = f"{role.split('_')[0]}_{place}"
        create_demo_officials(
            accounts=[DemoAccount(username, name, role, place, from_date=self.since)],
            roles=self.pack.roles,
            at=moment(self.since),
            password=self.password,
        )
        return username

    def _at_level(self, division: str, level: str) -> str:
        code: str | None = division
        while code:
            row = Division.objects.get(code=code)
            if row.level == level:
                return row.code
            code = row.parent_id
        return division
