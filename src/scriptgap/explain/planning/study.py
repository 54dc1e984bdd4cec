"""A study that is not done yet: its design, what is assumed of it, and answers drawn from both."""

import math
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from scriptgap.errors import UsageError
from scriptgap.explain.regression.design import FIXED_TERMS, RANDOM_TERMS
from scriptgap.explain.regression.estimate import Estimates
from scriptgap.explain.regression.fit import Array, Fitted
from scriptgap.explain.regression.marginal import marginal_effect, mean_probability
from scriptgap.languages import add_match_predictors, language

LANGUAGES = ("en", "es", "vi", "tr", "sw", "ru", "uk", "el", "hi", "ne", "ar", "fa")
"""Twelve query languages of five scripts in which script and family are crossed."""


@dataclass(frozen=True, slots=True)
class StudyDesign:
    """Who is asked what: every question of every model in every query language.

    Attributes:
        questions: Number of questions, dealt out to the source languages in turn.
        source_languages: Tags of the languages in which the facts are presumed learned.
        query_languages: Tags of the languages in which each question is asked.
        models: Number of models.
        samples: Answers of each model to each question in each language.

    Raises:
        UsageError: A number is below 1, a tag is unknown or there twice, or there are fewer questions than
            source languages or fewer than two query languages.
    """

    questions: int = 200
    source_languages: tuple[str, ...] = ("en",)
    query_languages: tuple[str, ...] = LANGUAGES
    models: int = 3
    samples: int = 1

    def __post_init__(self) -> None:
        for name in ("questions", "models", "samples"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} must be at least 1, not {getattr(self, name)}")
        for kind in ("source", "query"):
            tags = [language(tag).tag for tag in getattr(self, f"{kind}_languages")]
            twice = next((tag for tag in tags if tags.count(tag) > 1), None)
            if twice is not None:
                raise UsageError(f"{kind} language {twice} is given twice")
        if len(self.query_languages) < 2:
            raise UsageError("a script effect needs at least two query languages")
        if not 1 <= len(self.source_languages) <= self.questions:
            raise UsageError(
                f"{len(self.source_languages)} source languages for {self.questions} questions: each source "
                "language needs a question"
            )

    @property
    def answers(self) -> int:
        """Number of answers in all."""
        return self.questions * len(self.query_languages) * self.models * self.samples


def design_from(cells: pl.DataFrame) -> StudyDesign:
    """Return the design of a run.

    Args:
        cells: `collapse.collapse`'s table of one condition, with at least one answer. ``samples`` is the mean
            number of scored answers of a cell, rounded.

    Raises:
        UsageError: It has one query language only.
    """
    answers = cells["right"] + cells["wrong"]
    return StudyDesign(
        questions=cells["question"].n_unique(),
        source_languages=tuple(sorted(cells["source_lang"].unique())),
        query_languages=tuple(sorted(cells["query_lang"].unique())),
        models=cells["model"].n_unique(),
        samples=max(1, round(float(answers.sum()) / cells.height)),
    )


def _xfakt() -> dict[str, float]:
    return {"question": 1.2, "model": 1.3, "query_lang": 1.4}


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the answers are drawn from, but for the script effect.

    The defaults are the fit to X-FaKT's judged answers (802 facts in 13 languages, nine models), rounded.

    Attributes:
        intercept: Logit of a right answer to an average question, of an average model, in an average query
            language, where nothing matches.
        language_match: What a language match adds, in logits.
        family_match: What a family match adds, in logits.
        deviations: Standard deviations of questions, models and query languages, in logits.
        origin: Where the numbers come from, in a reader's words.
    """

    intercept: float = -0.2
    language_match: float = 1.6
    family_match: float = 0.1
    deviations: dict[str, float] = field(default_factory=_xfakt)
    origin: str = "the fit to X-FaKT's nine models"


def assumptions_from(found: Estimates, origin: str = "the fit to this run") -> Assumptions:
    """Assume what a run's fit found; what it could not tell is as by default.

    The standard deviations are the maximum likelihood estimates, which are low where there are few levels.

    Args:
        found: The run's estimates.
        origin: Where the numbers come from, in a reader's words.

    Raises:
        UsageError: The fit has no numbers.
    """
    if found.fitted is None or found.problem:
        raise UsageError(f"nothing to plan from: {found.problem}")
    fitted, usual = found.fitted, Assumptions()
    slopes = {
        term: float(fitted.coefficients[fitted.position(term)])
        if term in fitted.fixed and found.terms[term]["logit"] is not None
        else getattr(usual, term)
        for term in FIXED_TERMS[1:]
    }
    deviations = usual.deviations | fitted.deviations
    return Assumptions(float(fitted.coefficients[0]), **slopes, deviations=deviations, origin=origin)


class Study:
    """A design with its assumptions, ready to draw answers from.

    One model, or one query language, is taken for average: its effect is 0.

    Attributes:
        cells: One row for each question, model and query language, with `FIXED_TERMS` as numbers and one
            right and one wrong answer, so that nothing but the design decides what can be identified.
        deviations: The standard deviations of the groups, 0 for those with one level.
    """

    def __init__(self, design: StudyDesign, assumptions: Assumptions):
        self.design = design
        self.assumptions = assumptions
        pairs = add_match_predictors(
            pl.DataFrame({"source_lang": design.source_languages}).join(
                pl.DataFrame({"query_lang": design.query_languages}), how="cross"
            )
        )
        sources = [design.source_languages[i % len(design.source_languages)] for i in range(design.questions)]
        questions = pl.DataFrame(
            {"question": [f"q{i}" for i in range(design.questions)], "source_lang": sources}
        )
        self.cells = (
            questions.join(pairs, on="source_lang", maintain_order="left_right")
            .join(pl.DataFrame({"model": [f"m{i}" for i in range(design.models)]}), how="cross")
            .select(
                *RANDOM_TERMS,
                *(pl.col(term).cast(pl.Float64) for term in FIXED_TERMS),
                right=pl.lit(1.0),
                wrong=pl.lit(1.0),
            )
        )
        self._codes = {
            group: self.cells[group].rank("dense").to_numpy().astype(np.int64) - 1 for group in RANDOM_TERMS
        }
        self._levels = {group: int(codes.max()) + 1 for group, codes in self._codes.items()}
        self.deviations = {
            group: assumptions.deviations[group] if levels > 1 else 0.0
            for group, levels in self._levels.items()
        }

    def _logits(self, effect: float) -> Array:
        predictors = self.cells.select(FIXED_TERMS).to_numpy()
        slopes = np.array([effect, self.assumptions.language_match, self.assumptions.family_match])
        return np.asarray(self.assumptions.intercept + predictors @ slopes, dtype=np.float64)

    def draw(self, effect: float, seed: list[int]) -> pl.DataFrame:
        """Draw the groups' effects and the numbers of right answers.

        Args:
            effect: The script effect, in logits.
            seed: What the draw depends on, and nothing else.

        Returns:
            `cells` with the drawn ``right`` and ``wrong``.
        """
        random = np.random.default_rng(seed)
        logits = self._logits(effect)
        for group, codes in self._codes.items():
            logits += self.deviations[group] * random.normal(size=self._levels[group])[codes]
        right = random.binomial(self.design.samples, 1 / (1 + np.exp(-logits))).astype(np.float64)
        return self.cells.with_columns(right=pl.Series(right), wrong=pl.Series(self.design.samples - right))

    def marginal(self, effect: float) -> float:
        """Return a script effect in logits as average marginal effect, a difference of shares."""
        slopes = [effect, self.assumptions.language_match, self.assumptions.family_match]
        known = Fitted(
            fixed=tuple(FIXED_TERMS),
            coefficients=np.array([self.assumptions.intercept, *slopes]),
            covariance=np.zeros((4, 4)),
            deviations=self.deviations,
            linear_predictor=np.empty(0),
            log_likelihood=math.nan,
            converged=True,
            singular=False,
            warnings=(),
        )
        return marginal_effect(self.cells, known, "script_match")[0]

    @property
    def baseline(self) -> float:
        """Share of right answers where nothing matches, in [0, 1]."""
        total = math.sqrt(sum(value**2 for value in self.deviations.values()))
        return float(mean_probability(np.array([self.assumptions.intercept]), total)[0][0])
