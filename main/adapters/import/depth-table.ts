import { FacetError } from '../../contract/result.ts';

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const ZERO = 48;
const NINE = 57;

/**
 * Depth as text: one row of the picture a line, values in millimetres separated by tabs; a tab may end the line.
 * Nothing measured is written as −1, 0 or NaN and reads as 0, as does anything not in 0.5 … 65535.
 * Throws FacetError `bad-input` where the table is not `height` rows of `width` numbers, naming the line.
 */
export function parseDepthTable(bytes: Uint8Array, width: number, height: number, path: string): Uint16Array {
  const depth = new Uint16Array(width * height);
  const wrong = (line: number, detail: string) =>
    new FacetError(
      'bad-input',
      `${path} is no depth table of ${height} lines with ${width} numbers: line ${line} ${detail}.`,
    );
  let row = 0;
  let column = 0;
  /** An empty line is no row. */
  const endRow = () => {
    if (column > 0 && column < width) throw wrong(row + 1, `has only ${column}`);
    if (column > 0) row++;
    column = 0;
  };
  for (let at = 0; at < bytes.length;) {
    const start = at;
    let value = 0;
    let byte = bytes[at];
    while (byte >= ZERO && byte <= NINE) {
      value = value * 10 + byte - ZERO;
      byte = bytes[++at]!;
    }
    if (at < bytes.length && byte !== TAB && byte !== LINE_FEED && byte !== CARRIAGE_RETURN) {
      while (at < bytes.length && byte !== TAB && byte !== LINE_FEED && byte !== CARRIAGE_RETURN)
        byte = bytes[++at]!;
      const text = String.fromCharCode(...bytes.subarray(start, Math.min(at, start + 32))).trim();
      value = Number(text);
      if (Number.isNaN(value) && text.toLowerCase() !== 'nan') {
        throw wrong(row + 1, `holds "${text}", which is no number`);
      }
    }
    if (at > start || byte === TAB) {
      if (row >= height) throw wrong(row + 1, 'is one too many');
      if (column >= width) throw wrong(row + 1, 'is longer');
      depth[row * width + column++] = value >= 0.5 && value <= 65535 ? Math.round(value) : 0;
    }
    if (byte === LINE_FEED) endRow();
    at++;
  }
  endRow();
  if (row < height) throw wrong(row + 1, 'is missing');
  return depth;
}
