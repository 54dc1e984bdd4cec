"""`python -m scriptgap`, which `accelerate launch -m scriptgap` runs."""

from scriptgap.cli import main

main()
