"""The figures that ECLeKTic, MultiLoKo and X-FaKT publish, and how far verdicts on answers agree."""
