/** The header of a binary PGM or PPM (netpbm's formats P5 and P6). */
interface NetpbmHeader {
  readonly magic: string;
  readonly width: number;
  readonly height: number;
  readonly maximum: number;
  /** Bytes before the first pixel. */
  readonly length: number;
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);

/**
 * Three numbers behind the magic, with spaces, line ends and comments (`#` to the line's end) between them, and one space or line end
 * behind the last.
 * @param bytes the beginning of a file
 * @returns undefined where it has no such header
 */
export function netpbmHeader(bytes: Uint8Array): NetpbmHeader | undefined {
  const magic = String.fromCharCode(...bytes.subarray(0, 2));
  if (!/^P[56]$/.test(magic)) return undefined;
  let at = 2;
  const number = (): number => {
    const begun = at;
    for (; isSpace(bytes[at]) || bytes[at] === 0x23; at++)
      if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
    if (at === begun) return NaN;
    let digits = '';
    for (; bytes[at] >= 0x30 && bytes[at] <= 0x39; at++) digits += String.fromCharCode(bytes[at]);
    return digits === '' ? NaN : Number(digits);
  };
  const [width, height, maximum] = [number(), number(), number()];
  if (!(width > 0 && height > 0 && maximum > 0 && maximum <= 65_535) || !isSpace(bytes[at])) return undefined;
  return { magic, width, height, maximum, length: at + 1 };
}
