"""What stands around a figure, and how near: every character of its paragraph weighs what it says about the figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from exporters.old_reports.language import language
from exporters.old_reports.numbers_in_text import Number

_END = "，；：。！？,;:!?\n"
_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")

BESIDE = 0.9  # from here on a character stands beside the figure
_BEHIND_OPEN = 0.93  # before the figure, where the noun comes behind it
_PASSED = 0.86  # in the clause, beyond another figure
_LATER = 0.80
_BEFORE = 0.84  # the clause before
LEAD = 0.88  # the clause before, if it has no figure of its own
_FARTHER = 0.93
_PARTNER, _JOINED = 0.97, 0.95
_SEMICOLON, _FULL_STOP = 0.88, 0.72
_FOLLOWING, _PURPOSE, _MONEY = 0.5, 0.85, "元"


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between commas."""

    start: int
    end: int
    closed: str  # the mark behind it


@dataclass(frozen=True, slots=True)
class Manner:
    """How a figure is told: as a place in an order, as a change, beside last year's, as a goal."""

    ranked: bool  # 第3名, 位列第3
    rose: bool
    fell: bool
    compared: bool  # with an earlier time
    prior: bool  # it is last year's figure
    began: bool  # it is where something began: 由 … 增加到
    spread: bool  # one number for several things: 各10名
    goal: bool


class Passage:
    """A paragraph with its figures, read once for all of them."""

    def __init__(self, text: str, figures: Sequence[Number], heading: str = "") -> None:
        self.text, self.figures, self.heading = text, tuple(figures), heading
        self.clauses = _clauses(text, figures)
        self.carries = carries(text)
        self._manners: list[Manner] = []
        self._weights: dict[int, list[float]] = {}

    def clause_of(self, position: int) -> int:
        """Return the number of the clause a character stands in."""
        return next((n for n, c in enumerate(self.clauses) if position <= c.end), len(self.clauses) - 1)

    def sentence_before(self, figure: Number) -> str:
        """Return the sentence as far as the figure."""
        begin = max(self.text.rfind(mark, 0, figure.start) for mark in "。！？\n") + 1
        return self.text[begin : figure.start]

    def left(self, n: int) -> tuple[int, int]:
        """Return where the text before a figure begins and ends: in its clause, behind the figure before."""
        figure = self.figures[n]
        begin = self.clauses[self.clause_of(figure.start)].start
        if not n or self.figures[n - 1].after <= begin:
            return begin, figure.start
        begin = self.figures[n - 1].after
        item = self.text.find("、", begin, figure.start)
        return (item + 1 if item >= 0 else begin), figure.start

    def right(self, n: int) -> tuple[int, int]:
        """Return where the text behind a figure begins and ends: to the next mark or figure."""
        figure = self.figures[n]
        end = self.clauses[self.clause_of(figure.start)].end
        if n + 1 < len(self.figures):
            end = min(end, self.figures[n + 1].start)
        stop = self.text.find("、", figure.after, max(end, figure.after))
        return figure.after, max(figure.after, stop if stop >= 0 else end)

    def before(self, n: int) -> str:
        """Return the text directly before a figure."""
        return self.text[slice(*self.left(n))]

    def told(self, n: int) -> str:
        """Return the text directly before a figure, or before the first of several that stand in a row."""
        while n and language().said["row"].fullmatch(self.text, self.figures[n - 1].after, self.figures[n].start):
            n -= 1
        return self.before(n)

    def behind(self, n: int) -> str:
        """Return the text directly behind a figure and its measure word."""
        return self.text[slice(*self.right(n))]

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the headings above, and the one the paragraph begins with."""
        lead = language().said["lead"].match(self.text)
        return (*self.heading.split("\n"), *([lead[0]] if lead else []))

    def manner(self, n: int) -> Manner:
        """Return how figure `n` is told; those before it are looked at first, for a goal goes on."""
        while len(self._manners) <= n:
            self._manners.append(self._manner(len(self._manners)))
        return self._manners[n]

    def _manner(self, n: int) -> Manner:
        said, figure, before, told = language().said, self.figures[n], self.before(n), self.told(n)
        clause = self.clauses[self.clause_of(figure.start)]
        return Manner(
            ranked=figure.ordinal or said["standing"].search(told) is not None,
            rose=said["rise"].search(told) is not None,
            fell=said["fall"].search(told) is not None,
            compared=said["compared"].search(self.text, clause.start, figure.start) is not None,
            prior=said["prior"].search(before) is not None,
            began=self.pair(n),
            spread=said["each"].search(before) is not None,
            goal=self._goal(n),
        )

    def _goal(self, n: int) -> bool:
        """Return whether a figure is a goal and not something that was counted."""
        said, figure = language().said, self.figures[n]
        if any(said["target_heading"].search(heading) for heading in self.topics):
            return True
        sentence = self.sentence_before(figure)
        if said["target"].search(sentence) or said["target_beside"].search(sentence):
            return True
        if not n or not self._manners[n - 1].goal or self.figures[n - 1].after < figure.start - len(sentence):
            return False
        return said["target_goes_on"].fullmatch(self.text, self.figures[n - 1].after, figure.start) is not None

    def silent(self, n: int) -> bool:
        """Return whether nothing beside the figure says what it counts."""
        return not (meaningful(self.before(n)) or meaningful(self.behind(n)))

    def weights(self, n: int) -> list[float]:
        """Return how near every character of the paragraph is to figure `n`, 0 to 1."""
        if n not in self._weights:
            weights = self._near(n)
            for partner, shared in self._partners(n):
                weights = [max(a, shared * b) for a, b in zip(weights, self._near(partner), strict=True)]
            self._weights[n] = self._share(n, weights)
        return self._weights[n]

    def pair(self, n: int) -> bool:
        """Return whether figure `n` is where something began, and the next one where it ended."""
        if n + 1 >= len(self.figures):
            return False
        said, here, there = language().said, self.figures[n], self.figures[n + 1]
        between = self.text[here.after : there.start]
        return bool(said["opening_from"].search(self.before(n)) and said["opening_to"].match(between))

    def _partners(self, n: int) -> list[tuple[int, float]]:
        """Return the figures that share their words with this one, and how much of them.

        The other end of from … to …, last year's beside this year's; figures without a word between (查处3起5人).
        """
        if self.pair(n):
            return [(n + 1, _PARTNER)]
        if n and (self.pair(n - 1) or language().said["prior"].search(self.before(n))):
            return [(n - 1, _PARTNER)]
        found: list[tuple[int, float]] = []
        if n + 1 < len(self.figures) and self.figures[n].after == self.figures[n + 1].start:
            found.append((n + 1, _JOINED))
        if n and self.figures[n - 1].after == self.figures[n].start:
            found.append((n - 1, _JOINED))
        return found

    def _near(self, n: int) -> list[float]:
        weights = [0.0] * len(self.text)
        here = self.clause_of(self.figures[n].start)
        for number, clause in enumerate(self.clauses):
            if number != here:
                self._fill(weights, clause.start, clause.end, self._far(number, here, n))
        self._own(weights, n, self.clauses[here])
        return weights

    def _far(self, clause: int, here: int, n: int) -> float:
        """Return how near the characters of another clause are; what money is for is often said after it."""
        if clause > here:
            marks = "".join(c.closed for c in self.clauses[here:clause])
            following = _PURPOSE if self.figures[n].word[:1] == _MONEY else _FOLLOWING
            return 0.0 if re.search("[。！？；\n]", marks) else following * 0.8 ** (clause - here - 1)
        marks = "".join(c.closed for c in self.clauses[clause:here])
        weight = LEAD if here - clause == 1 and self.is_lead(clause) else _BEFORE * _FARTHER ** (here - clause - 1)
        weight *= _SEMICOLON ** len(re.findall("[；;]", marks))
        return weight * _FULL_STOP ** len(re.findall("[。！？\n]", marks))

    def is_lead(self, clause: int) -> bool:
        """Return whether a clause has no figure of its own, so that it speaks of those that follow."""
        c = self.clauses[clause]
        return c.closed not in "。！？；\n" and not any(c.start <= f.start < c.end for f in self.figures)

    def _own(self, weights: list[float], n: int, clause: Clause) -> None:
        """Weigh the clause of the figure itself."""
        left, right, figure = self.left(n), self.right(n), self.figures[n]
        self._fill(weights, clause.start, left[0], _PASSED)
        self._fill(weights, right[1], clause.end, _LATER)
        is_open = bool(meaningful(self.behind(n)))
        self._fill(weights, figure.end, figure.after, 1.0)
        for p in range(*left):
            weights[p] = _BEHIND_OPEN - 0.02 * (p < left[1] - 8) if is_open else max(0.93, 1 - 0.004 * (left[1] - p))
        for p in range(*right):
            weights[p] = max(0.92, 1 - 0.008 * (p - right[0]))

    def shared(self, n: int) -> bool:
        """Return whether a figure is one of several given "respectively"."""
        clause = self.clauses[self.clause_of(self.figures[n].start)]
        return language().said["respectively"].search(self.text, clause.start, self.figures[n].start) is not None

    def _share(self, n: int, weights: list[float]) -> list[float]:
        """Where several figures are given "respectively", each has one item of the list before them."""
        clause = self.clauses[self.clause_of(self.figures[n].start)]
        told = language().said["respectively"].search(self.text, clause.start, self.figures[n].start)
        if told is None:
            return weights
        mine = [k for k, f in enumerate(self.figures) if told.end() <= f.start <= clause.end]
        begin = clause.start
        items = _items(self.text, begin, told.start())
        if len(items) < len(mine) or len(mine) < 2:
            return weights
        items = items[-len(mine) :]
        own = mine.index(n)
        for k, (start, end) in enumerate(items):
            first = k != own and k != len(items) - 1
            self._fill(weights, start, end, 0.3 if first else 1.0)
            if k == len(items) - 1 and k != own:  # its own noun is not ours, what all share comes behind it
                self._fill(weights, start, min(end, start + 2), 0.3)
        return weights

    @staticmethod
    def _fill(weights: list[float], start: int, end: int, weight: float) -> None:
        weights[start:end] = [weight] * max(0, end - start)


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the items of a list."""
    marks = [m.start() for m in language().said["list"].finditer(text, start, end)]
    return list(zip([start, *(m + 1 for m in marks)], [*marks, end], strict=True))


def _clauses(text: str, figures: Sequence[Number]) -> list[Clause]:
    """Return the stretches between commas; brackets that hold a figure are stretches of their own."""
    inside = {p for f in figures for p in range(f.start, f.after)}
    ends = {n for n, c in enumerate(text) if c in _END and n not in inside}
    for bracket in _BRACKETS.finditer(text):
        if any(bracket.start() < f.start < bracket.end() and f.after < bracket.end() for f in figures):
            ends |= {bracket.start(), bracket.end() - 1} - inside
    clauses: list[Clause] = []
    start = 0
    for end in sorted(ends):
        clauses.append(Clause(start, end, text[end]))
        start = end + 1
    return [*clauses, Clause(start, len(text), "")]


@cache
def meaningful(text: str) -> str:
    """Return what is left of a stretch without the words that carry no subject."""
    return "".join(c for c, carried in zip(text, carries(text), strict=True) if carried)


@cache
def carries(text: str) -> tuple[bool, ...]:
    """Return which characters of a text carry a subject: neither marks nor words that speak of anything."""
    carried = [c.isalnum() for c in text]
    for word in sorted(language().empty, key=len, reverse=True):
        start = text.find(word)
        while start >= 0:
            if all(carried[start : start + len(word)]):
                carried[start : start + len(word)] = [False] * len(word)
            start = text.find(word, start + 1)
    return tuple(carried)
