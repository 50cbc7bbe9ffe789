"""How long and how fast the decoder learns in its two stages."""

from __future__ import annotations

import argparse
from dataclasses import replace

from mmdemo.training.loop import Schedule

LIKELIHOOD_SCHEDULE = Schedule(
    epochs=12,
    batch_size=32,
    learning_rate=8e-4,
    weight_decay=0.05,
    dropout=0.1,
    smoothing=0.1,
    average_decay=0.995,
    patience=5,
    restarts=(5,),
)
CRITICAL_RATES = (5e-5, 1e-4)
"""Learning rates of the self-critical runs, in turn; only the first has been measured to its end (the model card)."""
CRITICAL_SCHEDULE = Schedule(
    epochs=2,
    batch_size=48,
    learning_rate=CRITICAL_RATES[0],
    weight_decay=0.05,
    dropout=0.1,
    smoothing=0.1,
    average_decay=0.98,
    patience=2,
)


def schedules(options: argparse.Namespace) -> tuple[Schedule, Schedule]:
    """Return both stages' schedules as the command line changes them."""
    first = LIKELIHOOD_SCHEDULE
    epochs = options.epochs or first.epochs
    first = replace(
        first,
        epochs=epochs,
        restarts=tuple(epoch for epoch in first.restarts if epoch < epochs),
        batch_size=options.batch or first.batch_size,
        learning_rate=options.rate or first.learning_rate,
        dropout=first.dropout if options.dropout is None else options.dropout,
    )
    second = replace(CRITICAL_SCHEDULE, batch_size=options.critical_batch or CRITICAL_SCHEDULE.batch_size)
    if options.critical_epochs is not None:
        second = replace(second, epochs=options.critical_epochs)
    return first, second
