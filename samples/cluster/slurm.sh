#!/bin/bash
# One task of the array restores one of eight parts, then helps with the others: all see one disk.
#   sbatch samples/cluster/slurm.sh photos restored --problem denoise
#SBATCH --job-name=retrodict
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -eu
input=$1 out=$2
shift 2
exec npx retrodict restore "$input" --out "$out" --shard "$SLURM_ARRAY_TASK_ID/8" --balance \
  --threads "$SLURM_CPUS_PER_TASK" --max-memory 7GB "$@"
