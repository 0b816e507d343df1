#!/bin/sh
# onnxruntime-node takes its input later than the call, and computes on the calling thread.
#
# Good guess: run() gives a promise, so it has taken its input when it returns, and it computes
# beside the program as sharp and fs do.
#
# Versions: onnxruntime-node 1.30.0.
#
# Behaviour: the whole work is one task of the event loop, a turn after the call. What is written
# into the input between the call and that turn is what gets computed. While it computes nothing
# else runs. Two sessions started together run one after the other: a task queued between the two
# calls runs between them.
#
# Why it matters here: a camera loop that calls run() and then fills the same buffer with the next
# picture gets that picture's result under the first one's name. A model of 100 ms stops the
# camera, the page and every time limit for as long.
#
# Output seen:
#   input 1, overwritten with 5 right after run(): the result is of 5
#   turns of the event loop while the model computes: 1
#   two sessions started together, finished: first, another task, second
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . onnxruntime-node@1.30.0

cat > show.cjs <<'JS'
process.env.ORT_DISABLE_TELEMETRY = '1';
const ort = require('onnxruntime-node');

// An ONNX file by hand: y = x multiplied by itself, again and again.
const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const number = (field, n) => [field << 3, ...varint(n)];
const bytes = (field, value) => {
  const list = typeof value === 'string' ? [...Buffer.from(value)] : value;
  return [(field << 3) | 2, ...varint(list.length), ...list];
};
const size = 300;
const steps = 40;
const shape = [size, size].flatMap((n) => bytes(1, number(1, n)));
const value = (name) => [
  ...bytes(1, name),
  ...bytes(2, bytes(1, [...number(1, 1), ...bytes(2, shape)])),
];
const node = (i) =>
  bytes(1, [
    ...bytes(1, i === 0 ? 'x' : `t${i}`),
    ...bytes(1, 'x'),
    ...bytes(2, i === steps - 1 ? 'y' : `t${i + 1}`),
    ...bytes(4, 'MatMul'),
  ]);
const graph = [
  ...Array.from({ length: steps }, (_, i) => node(i)).flat(),
  ...bytes(2, 'g'),
  ...bytes(11, value('x')),
  ...bytes(12, value('y')),
];
const model = Buffer.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 13))]);

/** A diagonal matrix: its product with itself is again one. */
const fill = (data, n) => {
  data.fill(0);
  for (let i = 0; i < size; i++) data[i * size + i] = n;
};

(async () => {
  const session = await ort.InferenceSession.create(model);
  const other = await ort.InferenceSession.create(model);
  const data = new Float32Array(size * size);
  const x = new ort.Tensor('float32', data, [size, size]);

  fill(data, 1);
  const running = session.run({ x });
  fill(data, 5);
  const root = (await running).y.data[0] ** (1 / (steps + 1));
  const of = Number.isFinite(root) ? Math.round(root) : root;
  console.log(`input 1, overwritten with 5 right after run(): the result is of ${of}`);

  fill(data, 1);
  let turns = 0;
  let going = true;
  const turn = () => {
    if (!going) return;
    turns++;
    setImmediate(turn);
  };
  setImmediate(turn);
  await session.run({ x });
  going = false;
  console.log(`turns of the event loop while the model computes: ${turns}`);

  const order = [];
  const first = session.run({ x }).then(() => order.push('first'));
  setImmediate(() => order.push('another task'));
  const second = other.run({ x }).then(() => order.push('second'));
  await Promise.all([first, second]);
  console.log(`two sessions started together, finished: ${order.join(', ')}`);

  const same = of === 5 && turns <= 1 && order[1] === 'another task';
  if (!same) {
    console.error('This is no longer so.');
    process.exitCode = 1;
  }
})();
JS
node show.cjs
