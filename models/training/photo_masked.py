"""Trains photo-masked: a tokenizer, a masked prior over its tokens and that prior's uniform-kernel twin. README.md has the
commands.

    python photo_masked.py --minutes 60                    # all three, one after the other
    python photo_masked.py --minutes 60 --part masked      # one of them, on the others as they are
"""

import torch

import autoencoder
import loop
import tokens
from masked_export import export

NAME = "photo-masked"
LEVELS = (8, 8, 8)
SHARES = {"tokenizer": 0.4, "masked": 0.35, "uniform": 0.25}


def main():
    options, parts = loop.parse_parts(__doc__, NAME, SHARES)
    training, held_out = loop.photographs(options)
    tokenizer, raw, facts = loop.train(
        parts["tokenizer"], training, lambda: autoencoder.Autoencoder(autoencoder.Shape(LEVELS)),
        autoencoder.rebuild, autoencoder.loss, lambda model: autoencoder.score(model, held_out),
    )  # fmt: skip
    models, trained = {"tokenizer": tokenizer}, {"tokenizer": (raw, facts)}
    tokenizer.to(options.device)
    seen = tokens.encode(tokenizer, held_out, 256)
    for part, compute in (("masked", tokens.masked_loss), ("uniform", tokens.uniform_loss)):

        def loss(model, clean, generator):
            # In float32: tokens must be those that are met at run time.
            with torch.no_grad(), torch.autocast(clean.device.type, enabled=False):
                ids = tokenizer.ids(clean)
            return compute(model, ids, tokenizer.quantise.count, generator)

        models[part], *trained[part] = loop.train(
            parts[part], training, lambda: tokens.TokenNetwork(tokens.Shape(LEVELS, part == "uniform")),
            tokens.rebuild, loss, lambda model: tokens.score(model, seen),
        )  # fmt: skip
    tokenizer.cpu()
    export(models, trained, loop.test_photographs(options, held_out), options.out, NAME)


if __name__ == "__main__":
    main()
