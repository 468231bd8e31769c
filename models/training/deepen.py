"""Gives a trained denoiser more blocks a level; its answers stay what they are until the training goes on.

    python deepen.py ../weights/photo/resume.npz runs/deeper.npz --blocks 2 2 3 5
    python photo.py --start runs/deeper.npz
"""

import argparse
from pathlib import Path

import torch

import checkpoint
import network
import photo


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="a resume.npz")
    parser.add_argument("target", type=Path)
    parser.add_argument("--blocks", type=int, nargs="+", required=True, help="a level, from the finest; none fewer than it has")
    options = parser.parse_args()
    denoiser, facts = checkpoint.read_resume(options.source, photo.rebuild)
    has = denoiser.shape.blocks
    if len(options.blocks) != len(has) or any(more < old for more, old in zip(options.blocks, has)):
        parser.error(f"--blocks {options.blocks}: {options.source} has {list(has)}, expected as many levels and none with fewer")
    torch.manual_seed(0)
    deeper = network.deepened(denoiser, options.blocks)
    print(f"{network.flops(denoiser) / 1e9:.1f} -> {network.flops(deeper) / 1e9:.1f} GFLOP a 256x256 pass")
    checkpoint.write_resume(options.target, deeper, facts)


if __name__ == "__main__":
    main()
