/** models/sface.onnx: made as the script makes it, and computing what the file that it came from computes. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../main/adapters/onnx/network.ts';
import { OnnxGraph } from '../../main/adapters/onnx/onnx-writer.ts';
import { normalised } from '../../main/core/face/embedding.ts';
import { prepareSface, SFACE_ORIGINAL } from './sface.ts';

const committed = readFileSync(fileURLToPath(new URL('../../models/sface.onnx', import.meta.url)));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Where the original lies; whoever has it names it: FACET_SFACE=…/face_recognition_sface_2021dec_int8bq.onnx. */
const original = process.env['FACET_SFACE'];

/**
 * What the original says of `picture()`, to unit length: its weights unpacked to float32 by NumPy (value = (stored − zero) · scale, block by
 * block), run in ONNX Runtime for Python with every optimisation off.
 */
// prettier-ignore
const REFERENCE = [
  -0.022301, -0.006651, 0.036011, 0.060962, -0.074285, 0.051216, 0.090810, -0.016814, -0.100367, -0.006157,
  -0.109861, 0.122049, 0.047008, -0.114981, -0.017107, -0.109589, 0.044974, -0.067467, -0.138861, 0.056393,
  -0.129352, -0.067581, 0.105300, -0.023276, -0.004760, 0.028539, 0.099301, 0.122067, -0.248422, 0.083965,
  -0.021592, 0.137998, -0.036555, -0.062814, 0.066389, 0.025759, 0.066309, 0.090756, 0.016971, 0.027281,
  -0.027972, -0.110109, 0.113344, -0.000868, 0.012493, 0.117654, -0.079742, -0.008270, -0.029852, -0.188775,
  -0.175492, 0.025860, -0.030214, -0.019517, -0.017825, 0.081711, 0.061513, 0.162640, -0.049979, -0.057418,
  -0.077121, 0.058931, -0.213845, -0.128428, 0.086390, 0.028176, -0.017301, 0.066559, 0.083317, -0.011246,
  0.016579, -0.102284, -0.104228, -0.037924, -0.033514, 0.011452, 0.013938, 0.037661, 0.015205, -0.035074,
  0.043273, 0.074921, -0.219370, 0.071186, -0.131133, 0.074604, -0.001095, -0.024822, 0.040770, -0.145464,
  -0.044325, 0.091530, 0.101044, 0.169896, -0.085014, 0.109087, -0.015923, 0.070804, 0.083709, 0.065892,
  -0.069251, -0.111363, 0.123296, -0.253017, 0.005731, 0.005433, 0.143955, -0.049852, 0.078368, 0.081055,
  0.005996, -0.143520, 0.079097, -0.123598, 0.128214, 0.046931, 0.041440, -0.038330, -0.048551, 0.073030,
  0.024013, -0.015146, -0.053755, -0.012706, 0.098786, -0.148409, -0.009547, 0.060815,
];

/** Smooth waves and a little texture, [3, 112, 112] of whole numbers in 0 … 255. */
function picture(): Float32Array {
  const at = (c: number, y: number, x: number): number =>
    Math.round(
      127.5 +
        60 * Math.sin(x / (7 + c)) +
        50 * Math.cos(y / (9 - c)) +
        (15 * (((x * 31 + y * 17 + c * 5) % 7) - 3)) / 3,
    );
  const plane = 112 * 112;
  return Float32Array.from({ length: 3 * plane }, (_, i) =>
    at(Math.floor(i / plane), Math.floor((i % plane) / 112), i % 112),
  );
}

/** One input that is read, one that is not, and a PRelu over channels of different slopes. */
function smallModel(): Uint8Array {
  const graph = new OnnxGraph('small');
  const x = graph.input('data', [1, 3, 2, 2]);
  graph.input('unread', [3]);
  graph.weights(Float32Array.of(7), [1]);
  const slopes = graph.weights(Float32Array.of(-0.8, 0.25, 1.5), [3, 1, 1]);
  graph.node('PRelu', [x, slopes], {}, 'y');
  graph.output('y', [1, 3, 2, 2]);
  return graph.encode();
}

describe('preparing SFace', () => {
  it('leaves the picture as the only input, and computes PRelu for any batch', async () => {
    const session = await InferenceSession.create(prepareSface(smallModel()));
    expect(session.inputNames).toEqual(['data']);
    const slopes = [-0.8, 0.25, 1.5];
    const values = Float32Array.from({ length: 24 }, (_, i) => (i % 2 ? -1 : 1) * (i + 0.5));
    const { y } = await session.run({ data: new Tensor('float32', values, [2, 3, 2, 2]) });
    for (const [i, value] of values.entries()) {
      const expected = value > 0 ? value : value * slopes[Math.floor(i / 4) % 3];
      expect((y.data as Float32Array)[i]).toBeCloseTo(expected, 4);
    }
  });

  it('refuses a model without such an input', () => {
    expect(() => prepareSface(smallModel(), 'image')).toThrow('no input named image');
  });

  it('leaves what is prepared as it is', () => {
    expect(sha256(prepareSface(committed))).toBe(sha256(committed));
  });

  it.skipIf(!original)(
    'makes the committed file of the original (skipped where FACET_SFACE names none)',
    () => {
      const bytes = readFileSync(original!);
      expect(sha256(bytes)).toBe(SFACE_ORIGINAL);
      expect(sha256(prepareSface(bytes))).toBe(sha256(committed));
    },
  );
});

describe('the committed file', () => {
  it('says of a picture what the original’s weights say', async () => {
    const session = await openSession(committed, 1);
    const { fc1 } = await session.run({ data: new Tensor('float32', picture(), [1, 3, 112, 112]) });
    const embedding = normalised(fc1.data as Float32Array);
    const difference = embedding.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - REFERENCE[i])),
      0,
    );
    console.log('sface: largest difference of a component', difference);
    expect(embedding.length).toBe(REFERENCE.length);
    expect(difference).toBeLessThan(5e-5);
  });
});
