"""How much of the bare server's speed `measure` keeps: both on the same prompts, in one run.

The bare servers take ready prompts from a plain thread pool: no Inspect, no scoring, no logs. Two are
timed: the pool that `measure` uses (one single-sequence server for each core), and one server with 8
slots, the usual way to serve, which answers differently from run to run. Rounds alternate, so that a
machine that slows down slows all of them. Time to load the model is left out of all; time to score, to
log and to write the observations is in `measure`.

Run: python benchmarks/throughput.py [ROUNDS]
"""

import asyncio
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from scriptgap.measure import provider
from scriptgap.measure.embedded import MODELS, weights
from scriptgap.measure.engine import Engine, cores
from scriptgap.measure.prompts import BASE_TOKENS, as_text
from scriptgap.measure.run import measure
from scriptgap.measure.tasks import samples
from scriptgap.questions.atlas import build_atlas

LANGUAGES = ["en", "es", "ru", "hi"]
COUNTRIES = 100
PARAMETERS = {"max_tokens": BASE_TOKENS, "temperature": 0.0, "stop": ["\n"]}


def pool(engine: Engine, prompts: list[str]) -> float:
    """Seconds that the pool of `measure` takes for `prompts`."""

    async def all_prompts() -> None:
        await asyncio.gather(*(engine.complete(prompt, **PARAMETERS) for prompt in prompts))

    started = time.perf_counter()
    asyncio.run(all_prompts())
    return time.perf_counter() - started


def slots(path: Path, prompts: list[str], number: int = 8) -> float:
    """Seconds that one server with `number` slots takes for `prompts`."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_parallel = number
    parameters.n_ctx = 8192
    parameters.n_gpu_layers = 0
    parameters.swa_full = True
    parameters.kv_unified = True
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = cores()
    parameters.warmup = False
    parameters.verbosity = -1
    server = xllamacpp.Server(parameters)
    started = time.perf_counter()
    with ThreadPoolExecutor(number) as threads:
        list(threads.map(lambda prompt: server.handle_completions({"prompt": prompt, **PARAMETERS}), prompts))
    return time.perf_counter() - started


def through_measure(questions: pl.DataFrame) -> float:
    """Seconds that `measure` takes for `questions`, the model loaded before."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        measure(questions, "embedded/gemma-3-270m", folder, ["plain"])
        return time.perf_counter() - started


def main() -> None:
    """Print the rate of each in questions a second, and the ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    questions = build_atlas(LANGUAGES, ["capital"], COUNTRIES).questions
    prompts = [as_text(sample.input) for sample in samples(questions, "plain", one_message=True)]  # type: ignore[arg-type]
    path = weights(MODELS["gemma-3-270m"])
    engine = provider._engine(path)
    through_measure(questions.filter(pl.col("query_lang") == "en"))
    rates: dict[str, list[float]] = {"pool": [], "slots": [], "measure": []}
    for number in range(1, rounds + 1):
        rates["measure"].append(len(prompts) / through_measure(questions))
        rates["pool"].append(len(prompts) / pool(engine, prompts))
        rates["slots"].append(len(prompts) / slots(path, prompts))
        print(
            f"round {number}: " + ", ".join(f"{name} {rate[-1]:.2f}/s" for name, rate in rates.items()),
            flush=True,
        )
    middle = {name: statistics.median(rate) for name, rate in rates.items()}
    print(f"{len(prompts)} prompts, {rounds} rounds, medians")
    print(f"measure / bare pool      {middle['measure'] / middle['pool']:.2f}")
    print(f"measure / bare 8 slots   {middle['measure'] / middle['slots']:.2f}")


if __name__ == "__main__":
    main()
