/** The hot loops of registration and the memory that they work in: registration.wat, one instance for each Registrar. */
import { REGISTRATION_WASM } from './registration-wasm.ts';

/** What of the standard is needed here; core is compiled without the DOM's types. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number }) => Memory;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

interface Memory {
  readonly buffer: ArrayBuffer;
}

/** Addresses are in bytes. See registration.wat. */
interface Exports {
  projectRow(
    ...row: readonly [
      depth: number,
      points: number,
      colourAt: number,
      cells: number,
      distances: number,
      nearest: number,
      left: number,
      width: number,
      y: number,
      bu: number,
      bv: number,
      bq: number,
    ]
  ): void;
  occlude(
    ...points: readonly [
      colourAt: number,
      cells: number,
      distances: number,
      nearest: number,
      count: number,
      margin: number,
    ]
  ): void;
}

/** What a row's pixels have in common: y, and b of x·a + b for each of u', v' and Qz (registration.ts). */
export interface RowTerms {
  readonly y: number;
  readonly bu: number;
  readonly bv: number;
  readonly bq: number;
}

/** Views of the memory: n pixels of the region, row by row, and the cells of the colour picture. */
export interface Layout {
  readonly depth: Uint16Array;
  /** n × 3 */
  readonly points: Float32Array;
  /** n × 2 */
  readonly colourAt: Float32Array;
  /** Each point's cell. */
  readonly cells: Int32Array;
  /** Each point's Qz. */
  readonly distances: Float32Array;
  /** The least Qz of each cell; the last cell is of the points that colour does not see. */
  readonly nearest: Float32Array;
}

const MODULE = new WebAssembly.Module(Uint8Array.from(atob(REGISTRATION_WASM), (byte) => byte.charCodeAt(0)));

const instanceOn = (memory: Memory): Exports =>
  new WebAssembly.Instance(MODULE, { registration: { memory } }).exports as Exports;

const PAGE = 65_536;
/** Bytes before the first view: the frame's terms. */
const HEAD = 128;
/** The last step of four pixels reaches up to three of them (36 bytes of points) beyond the region. */
const SLACK = 48;

export class RegistrationLoops {
  private memory = new WebAssembly.Memory({ initial: 1 });
  private wasm = instanceOn(this.memory);

  /**
   * Memory for a region, with whatever it held. A larger region gets a larger memory: one that grew would detach its buffer, and
   * once any buffer was detached, V8 asks of every typed array at every access whether it still is attached.
   */
  layOut(pixels: number, cells: number): Layout {
    let end = HEAD;
    const next = (bytes: number) => {
      const at = end;
      end = (at + bytes + SLACK + 15) & ~15;
      return at;
    };
    const [depth, points, colourAt] = [next(2 * pixels), next(12 * pixels), next(8 * pixels)];
    const [cellOf, distances, nearest] = [next(4 * pixels), next(4 * pixels), next(4 * cells)];
    if (end > this.memory.buffer.byteLength) {
      this.memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE) });
      this.wasm = instanceOn(this.memory);
    }
    const { buffer } = this.memory;
    return {
      depth: new Uint16Array(buffer, depth, pixels),
      points: new Float32Array(buffer, points, 3 * pixels),
      colourAt: new Float32Array(buffer, colourAt, 2 * pixels),
      cells: new Int32Array(buffer, cellOf, pixels),
      distances: new Float32Array(buffer, distances, pixels),
      nearest: new Float32Array(buffer, nearest, cells),
    };
  }

  /** What a frame's pixels have in common, in the order that registration.wat names. */
  set terms(terms: readonly number[]) {
    new Float64Array(this.memory.buffer, 0, terms.length).set(terms);
  }

  /** Projects the `width` pixels from index `begin` on, a row that starts in column `left`, and lowers their cells. */
  projectRow(layout: Layout, begin: number, left: number, width: number, { y, bu, bv, bq }: RowTerms): void {
    const { depth, points, colourAt, cells, distances, nearest } = layout;
    this.wasm.projectRow(
      depth.byteOffset + 2 * begin,
      points.byteOffset + 12 * begin,
      colourAt.byteOffset + 8 * begin,
      cells.byteOffset + 4 * begin,
      distances.byteOffset + 4 * begin,
      nearest.byteOffset,
      left,
      width,
      y,
      bu,
      bv,
      bq,
    );
  }

  /** Takes their colour from the points that lie more than `margin` millimetres behind their cell's nearest. */
  occlude({ colourAt, cells, distances, nearest }: Layout, margin: number): void {
    this.wasm.occlude(
      colourAt.byteOffset,
      cells.byteOffset,
      distances.byteOffset,
      nearest.byteOffset,
      cells.length,
      margin,
    );
  }
}
