"""What a run costs: requests, tokens and dollars, estimated before and counted after; pure functions.

Input tokens are estimated from the text by a rate for each script, those of the embedded Gemma 3 (262,144
tokens). On Atlas prompts in eight languages (en es ru el hi ar zh-Hans th) the estimate differs from that
model's count by -5 to +4 per cent for capitals, -14 to +1 for currencies and -13 to +6 for continents, most
for Thai and Arabic. Tokenizers with a smaller vocabulary take more, most of all outside Latin letters. Once a
run folder holds answers, the estimate of what is still to ask is scaled to what they took.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import polars as pl
import regex

from scriptgap.errors import UsageError

MODEL, GRADER = "model", "grader"
"""The two roles that make requests: the model that is asked, and the models that judge its answers.

The second is also their role in Inspect; it must be bound, or a model would judge itself."""

ASSUMED_OUTPUT = {MODEL: 32, GRADER: 150}
"""Output tokens assumed for an answer while the run folder holds none; reasoning comes on top."""

MESSAGE_TOKENS = 4
"""Tokens that a chat template puts around one message."""

_RATES = {
    r"\n": 1.4,
    r"[ -~\s]": 0.23,
    r"\p{Latin}": 0.50,
    r"\p{Cyrillic}": 0.25,
    r"\p{Greek}": 0.45,
    r"\p{Devanagari}": 0.31,
    r"\p{Arabic}": 0.34,
    r"\p{Thai}": 0.28,
    r"[\p{Han}\p{Hiragana}\p{Katakana}]": 0.60,
    r"\p{Hangul}": 0.73,
}
_OTHER_RATE = 0.48
_CLASSES = regex.compile("|".join(f"({pattern})" for pattern in _RATES))

REQUESTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "condition": pl.String,
    "role": pl.String,
    "estimated": pl.Float64,
    "most_input": pl.Int64,
    "most_output": pl.Int64,
    "state": pl.String,
    "input": pl.Int64,
    "cached": pl.Int64,
    "output": pl.Int64,
    "reasoning": pl.Int64,
}
"""One row for each request that was sent. ``state`` is ``answered``, ``refused`` (the server said no, and
bills nothing) or ``lost`` (no answer came: it may be billed for at most ``most_input`` and ``most_output``
tokens). ``estimated`` is the estimate of its input tokens. ``input`` includes ``cached``, ``output`` includes
``reasoning``."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What tokens cost, in US dollars per million.

    Attributes:
        input: Input tokens.
        output: Output tokens, reasoning included.
        cached_input: Input tokens that the provider read from its cache; `input` where None.
    """

    input: float
    output: float
    cached_input: float | None = None

    def dollars(self, input: float, output: float, cached: float = 0) -> float:
        """The price of `input` tokens, `cached` of them from a cache, and `output` tokens, in US dollars."""
        cheap = self.input if self.cached_input is None else self.cached_input
        return ((input - cached) * self.input + cached * cheap + output * self.output) / 1e6


@dataclass(frozen=True, slots=True)
class Piece:
    """One question in one query language under one condition: all its requests.

    Attributes:
        condition: The condition's name.
        sample_id: The id of its Inspect sample.
        question: What is asked or left out as a whole: the question in all its query languages.
        input_tokens: Estimated tokens of the prompt.
        grader_tokens: Estimated tokens of one grader's prompt, less the answer.
        repeats: Answers still to get.
    """

    condition: str
    sample_id: str
    question: str
    input_tokens: float
    grader_tokens: float
    repeats: int


@dataclass(frozen=True, slots=True)
class Rates:
    """What answers of a run took so far, by which the rest is estimated.

    Attributes:
        output: Mean output tokens of an answer by (condition, role); of a role in all conditions under
            (None, role).
        scale: Input tokens counted, as a share of those estimated, by role.
        cached: Input tokens that came from a cache, as a share of those counted, by role.
    """

    output: dict[tuple[str | None, str], float] = field(default_factory=dict)
    scale: dict[str, float] = field(default_factory=dict)
    cached: dict[str, float] = field(default_factory=dict)

    def output_tokens(self, condition: str, role: str) -> float:
        """Output tokens to expect of one answer."""
        known = self.output.get((condition, role), self.output.get((None, role)))
        return ASSUMED_OUTPUT[role] if known is None else known


@lru_cache(maxsize=65536)
def text_tokens(text: str) -> float:
    """Estimate the tokens of a text from its letters' scripts (see the module's docstring)."""
    found = [0] * len(_RATES)
    for match in _CLASSES.finditer(text):
        found[match.lastindex - 1] += 1
    known = sum(number * rate for number, rate in zip(found, _RATES.values(), strict=True))
    return known + _OTHER_RATE * (len(text) - sum(found))


def prompt_tokens(texts: Iterable[str]) -> float:
    """Estimate the input tokens of a prompt of several messages."""
    return sum(text_tokens(text) + MESSAGE_TOKENS for text in texts)


def most_prompt_tokens(texts: Iterable[str]) -> int:
    """A number of input tokens that no tokenizer with bytes in its vocabulary exceeds, template included."""
    return 128 + sum(len(text.encode()) + 16 for text in texts)


def rates(requests: pl.DataFrame) -> Rates:
    """Learn from the requests of a run folder (columns of `REQUESTS`) what answers take."""
    # A greeting is far shorter than a question.
    answered = requests.filter((pl.col("state") == "answered") & (pl.col("condition") != ""))
    by_condition = answered.group_by("condition", "role").agg(pl.col("output").mean())
    by_role = answered.group_by("role").agg(
        pl.col("output").mean(),
        scale=pl.col("input").sum() / pl.col("estimated").sum(),
        cached=pl.col("cached").sum() / pl.col("input").sum().clip(1),
    )
    output: dict[tuple[str | None, str], float] = {
        (None, row["role"]): row["output"] for row in by_role.iter_rows(named=True)
    }
    output |= {(row["condition"], row["role"]): row["output"] for row in by_condition.iter_rows(named=True)}
    scale = {row["role"]: row["scale"] for row in by_role.iter_rows(named=True)}
    return Rates(output, scale, {row["role"]: row["cached"] for row in by_role.iter_rows(named=True)})


def price_of(piece: Piece, known: Rates, graders: int, prices: Prices, grader_prices: Prices | None) -> float:
    """The dollars to expect for one answer to `piece` and its verdicts."""
    answer = known.output_tokens(piece.condition, MODEL)
    prompt = piece.input_tokens * known.scale.get(MODEL, 1)
    dollars = prices.dollars(prompt, answer, prompt * known.cached.get(MODEL, 0))
    if graders and grader_prices is not None:
        read = (piece.grader_tokens + answer) * known.scale.get(GRADER, 1)
        verdict = known.output_tokens(piece.condition, GRADER)
        dollars += graders * grader_prices.dollars(read, verdict, read * known.cached.get(GRADER, 0))
    return dollars


def estimated(
    pieces: list[Piece],
    conditions: list[str],
    known: Rates,
    graders: int = 0,
    prices: Prices | None = None,
    grader_prices: Prices | None = None,
) -> pl.DataFrame:
    """Estimate by condition what is still to ask.

    Args:
        pieces: What is to ask.
        conditions: The conditions in the order of the rows.
        known: What answers took so far; `Rates()` where there are none.
        graders: Models that judge each answer.
        prices: The model's; without, dollars are null.
        grader_prices: The graders'; without, the dollars are the model's alone.

    Returns:
        ``condition``, ``questions`` (a question in each query language counts), ``requests`` (repeats and
        graders included), ``input_tokens``, ``output_tokens`` (both of model and graders), ``dollars``.
    """
    rows = []
    for condition in conditions:
        asked = [piece for piece in pieces if piece.condition == condition]
        number = sum(piece.repeats for piece in asked)
        answer = known.output_tokens(condition, MODEL)
        prompt = known.scale.get(MODEL, 1) * sum(piece.repeats * piece.input_tokens for piece in asked)
        read = known.scale.get(GRADER, 1) * sum(
            piece.repeats * (piece.grader_tokens + answer) for piece in asked
        )
        verdict = known.output_tokens(condition, GRADER)
        rows.append(
            {
                "condition": condition,
                "questions": len(asked),
                "requests": number * (1 + graders),
                "input_tokens": round(prompt + graders * read),
                "output_tokens": round(number * (answer + graders * verdict)),
                "dollars": None
                if prices is None
                else sum(
                    piece.repeats * price_of(piece, known, graders, prices, grader_prices) for piece in asked
                ),
            }
        )
    return pl.DataFrame(
        rows,
        schema={
            "condition": pl.String,
            "questions": pl.Int64,
            "requests": pl.Int64,
            "input_tokens": pl.Int64,
            "output_tokens": pl.Int64,
            "dollars": pl.Float64,
        },
    )


def counted(
    requests: pl.DataFrame, prices: Prices | None = None, grader_prices: Prices | None = None
) -> pl.DataFrame:
    """Count by condition and role what was sent and what it cost.

    Args:
        requests: Columns of `REQUESTS`.
        prices: The model's; without, its dollars are null.
        grader_prices: The graders'; without, their dollars are null.

    Returns:
        ``condition`` (empty for the greeting that a call begins with), ``role``, ``requests``,
        ``unanswered`` (failed ones among them), ``input_tokens``, ``cached_input_tokens``, ``output_tokens``,
        ``reasoning_tokens`` (the last two of answered requests; cached and reasoning tokens are part of input
        and output), ``dollars`` of those, and ``dollars_at_most``, which adds what lost requests may be
        billed for.
    """
    return (
        _priced(requests, prices, grader_prices)
        .group_by("condition", "role", maintain_order=True)
        .agg(
            requests=pl.len(),
            unanswered=(pl.col("state") != "answered").sum(),
            input_tokens=pl.col("input").sum(),
            cached_input_tokens=pl.col("cached").sum(),
            output_tokens=pl.col("output").sum(),
            reasoning_tokens=pl.col("reasoning").sum(),
            dollars=_sum_or_null("dollars"),
            dollars_at_most=_sum_or_null("dollars_at_most"),
        )
    )


def spent(requests: pl.DataFrame, prices: Prices | None, grader_prices: Prices | None) -> float:
    """The dollars that requests cost at most: answered ones by their tokens, lost ones by their bounds."""
    return float(_priced(requests, prices, grader_prices)["dollars_at_most"].sum() or 0.0)


def longest_answer(
    requests: pl.DataFrame, graders: int, prices: Prices, grader_prices: Prices | None
) -> float:
    """The dollars for an answer and verdicts twice as long as the longest so far."""
    most = dict.fromkeys((MODEL, GRADER), (0, 0)) | {
        role: (read, written)
        for role, read, written in requests.group_by("role")
        .agg(pl.col("input").max(), pl.col("output").max())
        .iter_rows()
    }
    dollars = prices.dollars(2 * most[MODEL][0], 2 * most[MODEL][1])
    if grader_prices is not None:
        dollars += graders * grader_prices.dollars(2 * most[GRADER][0], 2 * most[GRADER][1])
    return dollars


def _sum_or_null(column: str) -> pl.Expr:
    return pl.when(pl.col(column).null_count() == 0).then(pl.col(column).sum())


def _priced(requests: pl.DataFrame, prices: Prices | None, grader_prices: Prices | None) -> pl.DataFrame:
    def by_role(role: str, price: Prices | None) -> pl.DataFrame:
        rows = requests.filter(pl.col("role") == role)
        if price is None:
            null = pl.lit(None, pl.Float64)
            return rows.with_columns(dollars=null, dollars_at_most=null)
        cheap = price.input if price.cached_input is None else price.cached_input
        fresh = pl.col("input") - pl.col("cached")
        known = (fresh * price.input + pl.col("cached") * cheap + pl.col("output") * price.output) / 1e6
        most = (pl.col("most_input") * price.input + pl.col("most_output") * price.output) / 1e6
        lost = pl.when(pl.col("state") == "lost").then(most).otherwise(0.0)
        return rows.with_columns(dollars=known, dollars_at_most=known + lost)

    return pl.concat([by_role(MODEL, prices), by_role(GRADER, grader_prices)])


def checked_prices(option: str, given: Sequence[float] | None) -> Prices | None:
    """Return what an option says that tokens cost.

    Raises:
        UsageError: They are not two or three finite numbers from 0 up.
    """
    if given is None:
        return None
    if len(given) not in (2, 3) or not all(math.isfinite(price) and price >= 0 for price in given):
        raise UsageError(
            f"{option}: {','.join(map(str, given))} is not INPUT,OUTPUT[,CACHED_INPUT] in US dollars per "
            "million tokens"
        )
    return Prices(*given)
