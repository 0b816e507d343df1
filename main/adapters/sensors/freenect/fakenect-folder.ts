/**
 * A folder that fakenect plays in the place of a Kinect v1. It ends the whole program where a file is missing, reads beyond those that
 * are too short, stops for good at an empty line of the index, and takes for pixels, in the order of this processor's bytes, whatever
 * follows a picture's first line: so the folder is looked through before.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FacetError } from '../../../contract/result.ts';
import { netpbmHeader } from './netpbm-header.ts';

export const INDEX = 'INDEX.txt';
const LINE = /^([dra])-\d+(?:\.\d+)?-\d+\.(pgm|ppm|dump)$/;
/** What a picture is, by the letter that its name begins with: 640 × 480 of 16 bits, or of RGB. */
const PICTURES = {
  d: { magic: 'P5', deepest: 65_535, bytes: 640 * 480 * 2 },
  r: { magic: 'P6', deepest: 255, bytes: 640 * 480 * 3 },
} as const;
/** Raw depth has 11 bits. */
const DEEPEST_RAW = 2047;
/** Bytes of each depth picture, from its middle on, that tell the order of its bytes. */
const TOLD_BY = 16_384;
/** A header of more bytes is none. */
const LONGEST_HEADER = 1024;
/** Looked at together. */
const BATCH = 64;

interface FakenectFilm {
  /** What `FAKENECT_PATH` must name. */
  readonly folder: string;
  /** Removes what was made to play it. */
  remove(): Promise<void>;
}

/**
 * The folder itself, or one that leads to its files where its index has empty lines or ends them as Windows does. No picture is copied.
 * @throws FacetError `bad-input` naming the first file that is missing, too short, named as none that fakenect writes, or not read by
 * fakenect as it was meant
 */
export async function playableFolder(folder: string): Promise<FakenectFilm> {
  const refuse = (what: string): FacetError =>
    new FacetError(
      'bad-input',
      `${what}, so fakenect cannot play ${folder}. Record it again with fakenect-record, or set FAKENECT_PATH to a folder that is whole.`,
    );
  const text = await readFile(join(folder, INDEX), 'utf8').catch(() => {
    throw refuse(`There is no ${INDEX} that can be read`);
  });
  const names = text.split(/\r?\n/).filter((line) => line !== '');
  const lengths = { d: 0, r: 0 };
  const look = async (name: string): Promise<void> => {
    const kind = LINE.exec(name)?.[1];
    if (!kind) throw refuse(`${INDEX} has a line that names no picture (${name.slice(0, 60)})`);
    if (kind !== 'd' && kind !== 'r') {
      await stat(join(folder, name)).catch(() => {
        throw refuse(`${name} is missing`);
      });
      return;
    }
    lengths[kind]++;
    const wrong = await faultOf(join(folder, name), kind);
    if (wrong) throw refuse(`${name} ${wrong}`);
  };
  for (let i = 0; i < names.length; i += BATCH) await Promise.all(names.slice(i, i + BATCH).map(look));
  if (lengths.d === 0 || lengths.r === 0) throw refuse(`${INDEX} names no depth or no colour`);
  const plain = `${names.join('\n')}\n`;
  if (text === plain || text === plain.slice(0, -1)) return { folder, remove: () => Promise.resolve() };
  return linked(folder, plain);
}

/** @returns what keeps fakenect from showing it as it was meant, behind its name */
async function faultOf(path: string, kind: keyof typeof PICTURES): Promise<string | undefined> {
  const { magic, deepest, bytes } = PICTURES[kind];
  const file = await open(path).catch(() => undefined);
  if (!file) return 'is missing';
  try {
    const { size } = await file.stat();
    if (size <= bytes) return 'ends early';
    const head = await part(0, LONGEST_HEADER);
    const header = netpbmHeader(head);
    if (header?.magic !== magic) return `is no binary ${magic === 'P5' ? 'PGM' : 'PPM'}`;
    const { width, height, maximum, length } = header;
    if (width !== 640 || height !== 480 || maximum > 255 !== deepest > 255)
      return `is ${width} × ${height} with values up to ${maximum} instead of 640 × 480 with values up to ${deepest}`;
    if (head.indexOf(0x0a) !== length - 1)
      return 'has more than one line before its pixels, or a comment, of which fakenect takes the rest for pixels';
    if (size - length < bytes) return 'ends early';
    if (kind === 'r') return undefined;
    const some = await part(length + bytes / 2, TOLD_BY);
    if (isRaw(some, (at) => some.readUInt16LE(at))) return undefined;
    return isRaw(some, (at) => some.readUInt16BE(at))
      ? 'has the higher byte of each pixel first, as other programs write PGM; fakenect reads the lower one first'
      : `has depth beyond the ${DEEPEST_RAW} that a Kinect v1 gives`;
  } finally {
    await file.close();
  }

  async function part(from: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await file!.read(Buffer.alloc(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  }
}

function isRaw(pixels: Buffer, valueAt: (at: number) => number): boolean {
  for (let at = 0; at + 1 < pixels.length; at += 2) if (valueAt(at) > DEEPEST_RAW) return false;
  return true;
}

/** A folder with this index, and links to everything else. */
async function linked(folder: string, index: string): Promise<FakenectFilm> {
  const made = await mkdtemp(join(tmpdir(), 'facet-fakenect-'));
  // The process may end while it is played.
  const clear = () => rmSync(made, { recursive: true, force: true });
  process.once('exit', clear);
  const remove = async () => {
    process.off('exit', clear);
    await rm(made, { recursive: true, force: true });
  };
  try {
    for (const name of await readdir(folder))
      if (name !== INDEX) await symlink(resolve(folder, name), join(made, name));
    await writeFile(join(made, INDEX), index);
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder: made, remove };
}
