"""Print the table of docs/training.md: what the released training costs, by formula (nothing is trained).

Run as `python -m scripts.training_costs [MODEL]`.
"""

from __future__ import annotations

import sys

from llb.config import ModelConfig
from llb.training.cost import DEVICES, GB, fixed_bytes, largest_part, step_cost
from llb.training.plan import UTILISATION, duration
from llb.training.recipes import released_recipe
from llb.training.trainer import build_networks

MACHINES = (("a100", 4), ("rtx4090", 1))


def rows(model: str) -> list[str]:
    """Return the rows of the table, a machine, stage, precision and way of computing each."""
    found = []
    for name, count in MACHINES:
        device = DEVICES[name]
        for stage in (1, 2):
            for precision in ("fp32", "bf16"):
                for recompute in (False, True):
                    config = released_recipe(model, stage, precision=precision)
                    cost = step_cost(config, config.stages[0], recompute=recompute)
                    fixed = fixed_bytes(build_networks(config)[0], averages=False, processes=count)
                    own = config.batch_size // count
                    fits = min(own, largest_part(device.memory, fixed, cost))
                    parts = -(-own // fits) if fits else 0
                    again = cost.forward if parts > 1 else 0
                    operations = config.batch_size * (cost.operations + again)
                    pace = device.peak(precision) * UTILISATION * count
                    used = (fixed.total + fits * cost.bytes_per_clip) / GB
                    hours = duration(config.steps * operations / pace)
                    found.append(
                        f"| {count} x {device.name} | {stage} | {precision} | {'yes' if recompute else 'no'} "
                        f"| {cost.bytes_per_clip / GB:.2f} GB | {fits} of {own} | {parts} | {used:.0f} GB "
                        f"| {operations / 1e12:.0f} | {operations / pace:.2f} s | {hours} |"
                    )
    return found


if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else "paper/llb"
    ModelConfig.from_name(name)
    print(
        "| machine | stage | precision | `--recompute` | a clip | fit at once | `--parts` | memory | Tflop a step "
        "| a step | the stage |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    print("\n".join(rows(name)))
