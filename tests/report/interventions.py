"""What `explain` says of the hint's controls and of script swaps, for the summary of the tests."""

from typing import Any


def controls() -> list[dict[str, Any]]:
    """The hint against no hint and against a repeated name, +40 points where scripts differ."""
    return [
        {
            "base": "plain",
            "hint": "hint",
            "control": control,
            "n_pairs_same_script": 300,
            "hint_same_script": 0.81,
            "control_same_script": 0.75,
            "effect_same_script": 0.06,
            "effect_same_script_low": 0.02,
            "effect_same_script_high": 0.1,
            "n_pairs_cross_script": 500,
            "hint_cross_script": 0.78,
            "control_cross_script": 0.32,
            "effect_cross_script": 0.46,
            "effect_cross_script_low": 0.41,
            "effect_cross_script_high": 0.51,
            "difference_in_differences": 0.4,
            "low": 0.33,
            "high": 0.46,
            "interaction": {
                "logit": 2.1,
                "se": 0.4,
                "df": 6.5,
                "low": 1.14,
                "high": 3.06,
                "odds_ratio": 8.17,
                "odds_ratio_low": 3.13,
                "odds_ratio_high": 21.3,
                "p": 0.0012,
                "n": 1600,
                "formula": "correct ~ hinted + scripts_differ + hint_where_scripts_differ + (1|question)",
                "converged": True,
            },
        }
        for control in ("plain", "hint_query")
    ]


def swaps(model: str, dataset: str) -> list[dict[str, Any]]:
    """Hebrew into Latin, and traditional Chinese into simplified, where neither script is the source's."""
    rows = [("he", "Hebr", "Latn", 1, 0.16, 0.42), ("zh-Hant", "Hant", "Hans", 0, 0.22, 0.25)]
    return [
        {
            "model": model,
            "dataset": dataset,
            "condition": f"swap_{after}",
            "base": "plain",
            "query_lang": tag,
            "from_script": before,
            "to_script": after,
            "towards": towards,
            "n_pairs": 100,
            "base_accuracy": low,
            "accuracy": high,
            "effect": high - low,
            "low": high - low - 0.08,
            "high": high - low + 0.08,
            "only_base": 2,
            "only_swapped": 2 + round(100 * (high - low)),
            "mcnemar_p": 0.0004 if towards else 0.45,
        }
        for tag, before, after, towards, low, high in rows
    ]


def swap() -> list[dict[str, Any]]:
    """The one row over all languages whose swap changes whether scripts match."""
    return [
        {
            "base": "plain",
            "n_pairs": 100,
            "n_questions": 100,
            "languages": ["he"],
            "in_source_script": 0.42,
            "in_other_script": 0.16,
            "effect": 0.26,
            "low": 0.18,
            "high": 0.34,
            "by_swap_towards": 0.26,
            "by_swap_away": None,
            "lowest": 0.26,
            "lowest_language": "he",
            "highest": 0.26,
            "highest_language": "he",
        }
    ]
