"""The published metrics in the whole summary: its schema, its notes, its sentences."""

import polars as pl
import pytest

from scriptgap.explain.explanation import explain
from tests.explain import test_agreement, test_metrics_eclektic, test_metrics_multiloko, test_metrics_xfakt
from tests.explain.metric_frames import answers
from tests.explain.test_summary import check


def xfakt_rows(model):
    return test_metrics_xfakt.rows(lambda source, fact, query, sample: fact > 0, model=model)


CASES = {
    "eclektic": test_metrics_eclektic.rows(test_metrics_eclektic.TABLE),
    "eclektic, two models": [
        row
        for model in ("a", "b.5")
        for row in test_metrics_eclektic.rows(test_metrics_eclektic.TABLE, model=model)
    ],
    "eclektic, source only": test_metrics_eclektic.rows({("q1", "en"): {"en": True}}),
    "multiloko": test_metrics_multiloko.rows(test_metrics_multiloko.SHARES),
    "multiloko, two models": [
        row
        for model in ("a", "b")
        for row in test_metrics_multiloko.rows({("multiloko", "ru", "ru"): 5}, model=model)
    ],
    "multiloko, nothing scored": [
        {**row, "correct": None} for row in test_metrics_multiloko.rows(test_metrics_multiloko.SHARES)
    ],
    "xfakt": [row for model in ("a", "b.5") for row in xfakt_rows(model)],
    "xfakt, all right": test_metrics_xfakt.rows(lambda *_: True),
    "xfakt, nothing scored": test_metrics_xfakt.rows(lambda *_: None),
    "verdicts": test_agreement.rows(test_agreement.LATIN),
}


@pytest.mark.parametrize("case", CASES)
def test_summary_with_metrics(case, tmp_path):
    frame = answers(CASES[case])
    summary = check(explain(frame))
    name = case.split(",")[0]
    if name in summary["metrics"]:
        assert summary["metrics"][name] is not None
    explain(frame).write(tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Judge validity" in page if name == "verdicts" else "Published metrics" in page


def test_all_at_once():
    everything = [row for name in ("eclektic", "multiloko", "xfakt") for row in CASES[name]]
    frame = pl.concat([answers(everything), answers(CASES["verdicts"])], how="diagonal_relaxed")
    frame = frame.unique(["dataset", "model", "question_id", "source_lang", "query_lang"], keep="last")
    summary = check(explain(frame))
    assert all(value is not None for value in summary["metrics"].values())
    assert summary["judge_validity"]
