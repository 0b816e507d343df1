/**
 * The peer: detect, mesh and descriptor of @vladmandic/human on its WebAssembly backend, as a Node program would run it.
 * A development dependency; the app does not contain it.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ColourImage } from '../../core/sense/frames.ts';
import type { Peer } from './frame-path.ts';

interface HumanModule {
  readonly Human: new (config: object) => Human;
}
interface Human {
  load(): Promise<void>;
  detect(input: unknown): Promise<{ face: { embedding?: number[] }[] }>;
  readonly tf: { tensor3d(data: Uint8Array, shape: number[], type: 'int32'): { dispose(): void } };
}

/** @returns undefined where the package is not installed */
export async function openHumanPeer(): Promise<Peer | undefined> {
  const require = createRequire(import.meta.url);
  let entry: string;
  let wasm: string;
  try {
    // The package's export map hides this build; it lies beside the one that it shows.
    entry = join(dirname(require.resolve('@vladmandic/human')), 'human.node-wasm.js');
    wasm = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist');
  } catch {
    return undefined;
  }
  serveFiles();
  const { Human } = require(entry) as HumanModule;
  const off = { enabled: false };
  const always = { skipFrames: 0, skipTime: 0 };
  const human = new Human({
    backend: 'wasm',
    wasmPath: `${pathToFileURL(wasm).href}/`,
    modelBasePath: `${pathToFileURL(join(dirname(entry), '..', 'models')).href}/`,
    cacheSensitivity: 0,
    filter: off,
    face: {
      enabled: true,
      detector: { rotation: false, maxDetected: 1, ...always },
      mesh: { enabled: true },
      description: { enabled: true, ...always },
      iris: off,
      emotion: off,
      antispoof: off,
      liveness: off,
    },
    body: off,
    hand: off,
    object: off,
    gesture: off,
    segmentation: off,
  });
  await human.load();
  return {
    name: '@vladmandic/human 3.3.6, wasm: detector, mesh, description',
    async run({ width, height, channels, data }: ColourImage) {
      const rgb = channels === 3 ? new Uint8Array(data) : withoutAlpha(data);
      const tensor = human.tf.tensor3d(rgb, [height, width, 3], 'int32');
      const { face } = await human.detect(tensor);
      tensor.dispose();
      if (!face[0]?.embedding)
        throw new Error('The peer found no face to describe: the comparison would be unfair.');
    },
  };
}

function withoutAlpha(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4, o += 3) {
    rgb[o] = rgba[i];
    rgb[o + 1] = rgba[i + 1];
    rgb[o + 2] = rgba[i + 2];
  }
  return rgb;
}

/** The package loads its models with fetch, which in Node does not read files. */
function serveFiles(): void {
  const network = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith('file://')) return network(input, init);
    const type = url.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    return new Response(new Uint8Array(await readFile(new URL(url))), { headers: { 'content-type': type } });
  };
}
