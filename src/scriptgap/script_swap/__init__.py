"""Script swap: the same text in the same language, written in another script by rule."""

from scriptgap.script_swap.rules import RULES, SwapRule, rule_for, targets
from scriptgap.script_swap.swapping import swap, swap_name

__all__ = ["RULES", "SwapRule", "rule_for", "swap", "swap_name", "targets"]
