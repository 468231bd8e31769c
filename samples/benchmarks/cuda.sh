#!/bin/sh
# What a machine with CUDA has to show, in one go: each shipped prior beside the CPU, in both precisions, with times,
# and each differentiation rule. After `npm ci`, `npm run build`, and what brings CUDA to ONNX Runtime:
#   npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12
# Another device is tried by its name: samples/benchmarks/cuda.sh webgpu
set -e
cd "$(dirname "$0")/../.."
device=${1:-cuda}
node dist/samples/benchmarks/devices.js "$device"
failed=0
node dist/samples/benchmarks/devices.js "$device" fp16 || failed=1
RULES_ON="$device" npx vitest run test/models/onnx/vjp/rules/device.test.ts || failed=1
exit $failed
