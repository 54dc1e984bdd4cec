"""The limits of a run folder: every request is noted before it is sent, and none goes beyond them."""

import contextlib
import math
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import anyio
from inspect_ai.hooks import BeforeModelGenerate, Hooks, ModelRetry, ModelUsageData, SampleAttemptEnd, hooks
from inspect_ai.model import Model, get_model, model_roles
from inspect_ai.solver import TaskState
from inspect_ai.util import LimitExceededError

from scriptgap.errors import ScriptgapError
from scriptgap.measure.cost import (
    ASSUMED_OUTPUT,
    GRADER,
    MODEL,
    Prices,
    most_prompt_tokens,
    prompt_tokens,
)
from scriptgap.measure.ledger import Ledger
from scriptgap.measure.models import without_hidden_retries
from scriptgap.measure.scorers import MOST_REFERENCES

NOT_ASKED = "not asked: the limit of the run is reached"
"""The error of a sample that the limits did not let be asked; it is no observation."""

_GRADER_PROMPT = 4000
_BYTES_OF_A_TOKEN = 8
"""Bytes of a grader's prompt less question and answer, and bytes of a long token of an answer, at most."""


class NotAskedError(ScriptgapError):
    """The limits do not allow the question."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run folder may cost in all, earlier calls included; None where there is no limit.

    Attributes:
        requests: Requests to models and graders, failed ones and repetitions included.
        dollars: US dollars.
    """

    requests: int | None = None
    dollars: float | None = None


@dataclass(frozen=True, slots=True)
class _Request:
    role: str
    most_input: int
    most_output: int
    dollars: float


@dataclass(slots=True)
class _Question:
    """A question that is being asked: what is reserved for it and not yet sent."""

    condition: str
    reserved: list[_Request]
    role: str = MODEL


_question: ContextVar[_Question | None] = ContextVar("question", default=None)
_sent: ContextVar[tuple[int, _Request] | None] = ContextVar("sent", default=None)
_active: "Gate | None" = None


class Gate:
    """Lets requests pass while the limits hold.

    Before a question is sent, an upper estimate of what it and its verdicts cost is reserved: its prompt's
    bytes, and the most tokens that an answer may have. Where the model sets no such bound, twice the longest
    answer so far stands for it, and there are no more questions in flight than were answered. What is not
    needed is given back as soon as the answer is there.
    """

    def __init__(
        self,
        ledger: Ledger,
        limits: Limits = Limits(),
        prices: Prices | None = None,
        grader_prices: Prices | None = None,
    ) -> None:
        """Start from what `ledger` holds."""
        self.ledger = ledger
        self._limits = limits
        self._prices = {MODEL: prices, GRADER: grader_prices}
        self._open: dict[str, _Question] = {}
        self._samples: dict[str, _Question] = {}
        self._dollars = 0.0
        self._answered = 0
        self._longest = {MODEL: 0, GRADER: 0}
        self._input_rate = {MODEL: 0.0, GRADER: 0.0}
        self._most_read = {MODEL: 0, GRADER: 0}
        self._changed = anyio.Event()
        self._allowed: set[tuple[str, str]] = set()
        self.closed = False
        self.greeted = MODEL
        for row in ledger.rows:
            if row["state"] == "answered":
                self._dollars += self._price(row["role"], row["input"], row["output"], row["cached"])
                self._learn(row)
            elif row["state"] == "lost":
                self._dollars += self._price(row["role"], row["most_input"], row["most_output"])

    def allow(self, samples: set[tuple[str, str]]) -> None:
        """Let only these samples be asked, by condition and id: others wait for their turn."""
        self._allowed = samples

    async def reserve(self, state: TaskState, condition: str) -> "_Question":
        """Wait until the limits let the question be sent, and reserve what it may cost.

        Raises:
            NotAskedError: They never will, or it is not its turn.
        """
        if self.closed or (condition, str(state.sample_id)) not in self._allowed:
            raise NotAskedError(NOT_ASKED)
        texts, target = [message.text for message in state.messages], list(state.target)
        while True:
            asked = self._request(MODEL, texts, _most_output(get_model()))
            wanted = [asked]
            for grader in _graders():
                # As long as the grader's prompt and the answer may be.
                filled = "x" * (_GRADER_PROMPT + _BYTES_OF_A_TOKEN * asked.most_output)
                read = [filled, texts[-1], "; ".join(target[:MOST_REFERENCES])]
                wanted.append(self._request(GRADER, read, _most_output(grader)))
            if self._fit(wanted) and self._may_start():
                question = self._open[state.uuid] = _Question(condition, wanted)
                _question.set(question)
                return question
            if not self._open:
                # Nothing in flight can give back what it does not need: for those who wait it is over, too.
                self.closed = True
                self._wake()
            if self.closed:
                raise NotAskedError(NOT_ASKED)
            await self._changed.wait()

    def send(self, sample: str | None, texts: list[str], most_output: int | None) -> None:
        """Note a request that is about to be sent, by the active sample of that id if by any.

        Raises:
            LimitExceededError: It repeats one that failed, and the limits do not allow it.
        """
        if sample is not None and (asking := _question.get()) is not None:
            # Scorers run in a context of their own, which knows the sample but not the question.
            self._samples[sample] = asking
        question = self._samples.get(sample or "")
        role = question.role if question else self.greeted
        planned = next((r for r in question.reserved if r.role == role), None) if question else None
        if planned is not None and question is not None:
            question.reserved.remove(planned)
        else:
            planned = self._request(role, texts, most_output)
            if not self._fit([planned]):
                raise LimitExceededError("custom", value=0, limit=0, message=NOT_ASKED)
        self._dollars += planned.dollars
        condition = question.condition if question else ""
        number = self.ledger.sent(
            condition, role, prompt_tokens(texts), planned.most_input, planned.most_output
        )
        _sent.set((number, planned))

    def settle(self, input: int, cached: int, output: int, reasoning: int) -> None:
        """Note the answer to this task's request."""
        if (sent := _sent.get()) is None:
            return
        number, request = sent
        _sent.set(None)
        self.ledger.answered(number, input, cached, output, reasoning)
        self._dollars += self._price(request.role, input, output, cached) - request.dollars
        self._learn(self.ledger.rows[number])
        self._wake()

    def refuse(self) -> None:
        """Note that the server refused this task's request: it costs a request, but no money."""
        if (sent := _sent.get()) is None:
            return
        number, request = sent
        _sent.set(None)
        self.ledger.refused(number)
        self._dollars -= request.dollars
        self._wake()

    def close(self, uuid: str) -> None:
        """Give back what is still reserved for a question that ended."""
        if (question := self._open.pop(uuid, None)) is not None:
            self._samples = {key: held for key, held in self._samples.items() if held is not question}
            self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    def _learn(self, row: dict[str, Any]) -> None:
        role = row["role"]
        if not row["condition"]:
            return  # A greeting is far shorter than a question or a verdict.
        self._answered += role == MODEL
        self._longest[role] = max(self._longest[role], row["output"])
        self._input_rate[role] = max(self._input_rate[role], row["input"] / max(1.0, row["estimated"]))
        self._most_read[role] = max(self._most_read[role], row["input"])

    def _price(self, role: str, input: float, output: float, cached: float = 0) -> float:
        price = self._prices[role]
        return 0.0 if price is None else price.dollars(input, output, cached)

    def _request(self, role: str, texts: list[str], most_output: int | None) -> _Request:
        longest, rate = self._longest[role], self._input_rate[role]
        read = most_prompt_tokens(texts)
        if rate:
            # Bytes are a safe bound, but many times what is needed: twice what was counted before is enough.
            rated = 2 * rate * prompt_tokens(texts)
            read = math.ceil(min(rated, 2 * self._most_read[role]) if role == GRADER else rated)
        bound = max(most_output, longest) if most_output else 2 * (longest or ASSUMED_OUTPUT[role])
        return _Request(role, read, bound, self._price(role, read, bound))

    def _fit(self, wanted: list[_Request]) -> bool:
        held = [r for question in self._open.values() for r in question.reserved]
        requests = len(self.ledger.rows) + len(held) + len(wanted)
        dollars = self._dollars + sum(r.dollars for r in held) + sum(r.dollars for r in wanted)
        if self._limits.requests is not None and requests > self._limits.requests:
            return False
        return self._limits.dollars is None or dollars <= self._limits.dollars * (1 + 1e-12)

    def _may_start(self) -> bool:
        return self._limits.dollars is None or len(self._open) <= self._answered


@contextlib.contextmanager
def limited(gate: Gate) -> Iterator[None]:
    """Let requests pass through `gate` only, while the block runs."""
    global _active
    _active = gate
    try:
        yield
    finally:
        _active = None


@contextlib.asynccontextmanager
async def asking(state: TaskState, condition: str) -> AsyncIterator[None]:
    """Ask a question within the limits, where there are any: waits its turn before the block.

    Raises:
        NotAskedError: The limits do not allow it.
    """
    if _active is None:
        yield
        return
    question = await _active.reserve(state, condition)
    try:
        yield
    except LimitExceededError as error:
        if error.message != NOT_ASKED:
            raise
        # As a limit, Inspect would score the sample and never ask it again.
        raise NotAskedError(NOT_ASKED) from None
    question.role = GRADER


def _graders() -> list[Model]:
    bound = model_roles().get(GRADER, [])
    return bound if isinstance(bound, list) else [bound]


def _most_output(model: Model) -> int | None:
    without_hidden_retries(model)
    config = model.config
    return config.max_tokens or model.api.max_tokens_for_config(config) or model.api.max_tokens()


@hooks(name="budget", description="Counts scriptgap's requests and holds them to its limits")
class BudgetHooks(Hooks):
    """Passes every request, and what became of it, to the gate."""

    def enabled(self) -> bool:
        """Only while `limited` holds."""
        return _active is not None

    async def on_before_model_generate(self, data: BeforeModelGenerate) -> None:
        """Note the request, or stop it."""
        if _active is not None:
            texts = [message.text for message in data.input]
            _active.send(data.sample_id, texts, data.config.max_tokens)

    async def on_model_usage(self, data: ModelUsageData) -> None:
        """Note the answer."""
        if _active is not None:
            usage = data.usage
            cached = usage.input_tokens_cache_read or 0
            read = usage.input_tokens + cached + (usage.input_tokens_cache_write or 0)
            _active.settle(read, cached, usage.output_tokens, usage.reasoning_tokens or 0)

    async def on_model_retry(self, data: ModelRetry) -> None:
        """Note the failure of a request that will be repeated."""
        if _active is not None and data.status_code is not None:
            _active.refuse()

    async def on_sample_attempt_end(self, data: SampleAttemptEnd) -> None:
        """Give back what the sample did not need."""
        if _active is not None:
            _active.close(data.sample_id)
