#!/bin/sh
# bmp-ts's toRGBA does nothing for 8-bit pictures with a palette.
#
# Good guess: with toRGBA, as its read-me says, decode() gives RGBA bytes for every depth it reads.
#
# Versions: bmp-ts 1.0.9.
#
# Behaviour: for 24 bits the order is turned round (with 0 as alpha). For 8 bits the option
# changes nothing: the bytes are alpha, blue, green, red with and without it.
#
# Why it matters here: a grey picture of an infrared camera is an 8-bit BMP with a palette of greys.
# Read as RGBA it has no red and its brightness for alpha, so a face detector gets a blue-green
# picture.
#
# Output seen:
#   24 bits, grey 200: without 0 200 200 200, with toRGBA 200 200 200 0
#   8 bits, grey 200: without 0 200 200 200, with toRGBA 0 200 200 200
#   8 bits, orange 250 120 10: without 0 10 120 250, with toRGBA 0 10 120 250
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . bmp-ts@1.0.9

cat > show.cjs <<'JS'
const { decode } = require('bmp-ts');

/** A BMP of one pixel, of 24 bits or with a palette of 256 colours. */
const bmp = (bits, [red, green, blue]) => {
  const start = bits === 24 ? 54 : 54 + 256 * 4;
  const file = Buffer.alloc(start + 4);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(1, 18);
  file.writeInt32LE(1, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(4, 34);
  const place = bits === 24 ? start : 54 + 7 * 4;
  file.set([blue, green, red], place);
  if (bits !== 24) {
    file.writeUInt32LE(256, 46);
    file[start] = 7;
  }
  return file;
};
const pixel = (file, options) => [...decode(file, options).data.subarray(0, 4)].join(' ');

const seen = [];
for (const [name, bits, colour] of [
  ['grey 200', 24, [200, 200, 200]],
  ['grey 200', 8, [200, 200, 200]],
  ['orange 250 120 10', 8, [250, 120, 10]],
]) {
  const plain = pixel(bmp(bits, colour));
  const rgba = pixel(bmp(bits, colour), { toRGBA: true });
  console.log(`${bits} bits, ${name}: without ${plain}, with toRGBA ${rgba}`);
  seen.push(plain, rgba);
}

const grey = '0 200 200 200';
const orange = '0 10 120 250';
if (seen.join('|') !== [grey, '200 200 200 0', grey, grey, orange, orange].join('|')) {
  console.error('This is no longer so.');
  process.exitCode = 1;
}
JS
node show.cjs
