"""How fast is `train` on this machine against a plain TRL script with the same rows and settings?

Run: python benchmarks/training_speed.py SAMPLES [model, embedded/gemma-3-270m] [steps, 12]
SAMPLES is a folder of `scriptgap synthesize --form completion`. Both train LoRA adapters of one rank on
batches of one size, one after the other: the plain script as in the documentation of TRL (its own
tokenising, the whole vocabulary), in float32 and in bfloat16; then `train`. Prints tokens a second, without
loading.
"""

import sys
import tempfile
import time
from pathlib import Path

from datasets import Dataset
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

from scriptgap.synthesize.export import read_rows
from scriptgap.train.base_model import load_base_model
from scriptgap.train.recipe import recipe_of
from scriptgap.train.run import train


def plain(rows: list[dict[str, str]], model: str, steps: int, precision: str) -> float:
    """Train as TRL's documentation does; return tokens a second."""
    base = load_base_model(model, precision)
    recipe = recipe_of("")
    with tempfile.TemporaryDirectory() as folder:
        trainer = SFTTrainer(
            model=base.model,
            args=SFTConfig(
                output_dir=folder,
                max_steps=steps,
                per_device_train_batch_size=recipe.batch,
                learning_rate=recipe.learning_rate,
                gradient_checkpointing=False,
                use_cpu=True,
                bf16=False,
                report_to="none",
                save_strategy="no",
                disable_tqdm=True,
                seed=0,
            ),
            train_dataset=Dataset.from_list(
                [{key: row[key] for key in ("prompt", "completion")} for row in rows]
            ),
            processing_class=base.tokenizer,
            peft_config=LoraConfig(
                r=recipe.rank, lora_alpha=recipe.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
            ),
        )
        started = time.monotonic()
        trainer.train()
        return float(trainer._total_train_tokens) / (time.monotonic() - started)


def main() -> None:
    """Print the table."""
    data = Path(sys.argv[1])
    model = sys.argv[2] if len(sys.argv) > 2 else "embedded/gemma-3-270m"
    steps = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    rows = read_rows(data / "train.jsonl")
    speeds = {f"plain TRL, {name}": plain(rows, model, steps, name) for name in ("float32", "bfloat16")}
    with tempfile.TemporaryDirectory() as folder:
        text = f"steps: {steps}\nevaluations: 0\ncheckpoints: 0\n"
        note = train(data, model, Path(folder) / "out", recipe_of(text)).note
        speeds["scriptgap train"] = note["tokens"] / note["seconds"]
    best = max(speeds["plain TRL, float32"], speeds["plain TRL, bfloat16"])
    print("| script | tokens a second | ratio to the faster plain script |\n|---|---|---|")
    for name, speed in speeds.items():
        print(f"| {name} | {speed:.0f} | {speed / best:.2f} |")


if __name__ == "__main__":
    main()
