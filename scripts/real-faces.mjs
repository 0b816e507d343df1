/**
 * Stills of real people for `npm run real`: node scripts/real-faces.mjs GIT OUT [--people dev|report|all]
 *
 * GIT is the git directory of a clone of the public repository delphifirst/Intensity-Depth-Face-Alignment, whose pictures belong to
 * "Intensity-Depth Face Alignment Using Cascade Shape Regression" (Cao and Lu, ICONIP 2015): 17 people before a Kinect v2, nine poses
 * times six expressions each, depth in millimetres and long-exposure infrared, 16 bits, cut out around the head. Where the cut lay in
 * the sensor's picture was not written down: here it lies around the principal point.
 *
 * They are faces of people: nothing that this writes is for a commit, a picture or a report.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const CAMERA = { width: 512, height: 424, focal: 365.5, cx: 256, cy: 208 };
const POSES = 9;
const EXPRESSIONS = 6;
/** Which of the six expressions make up a visit, by what is to be seen in them; a picture's number is pose · 6 + expression. */
const VISITS = { enrol: [2, 5], neutral: [4], talk: [1], smile: [3], open: [0] };
/** Folders in the order in which people are numbered. */
const FOLDERS = ['FaceX-Train/train/', 'FaceX/test/'];
const STREAMS = { depth: 'depth', infrared: 'long_exposure_infrared' };
const PEOPLE = { dev: [0, 9], report: [9, 17], all: [0, 17] };

const { values, positionals } = parseArgs({
  options: { people: { type: 'string', default: 'dev' } },
  allowPositionals: true,
});
const [git, out] = positionals;
if (positionals.length !== 2 || !Object.hasOwn(PEOPLE, values.people))
  stop('Call it as: node scripts/real-faces.mjs GIT OUT [--people dev|report|all]');

const folders = peopleFolders();
if (folders.length !== PEOPLE.all[1])
  stop(
    `${git} holds ${folders.length} people instead of ${PEOPLE.all[1]}; give the git directory of a clone of github.com/delphifirst/Intensity-Depth-Face-Alignment.`,
  );
for (let number = PEOPLE[values.people][0]; number < PEOPLE[values.people][1]; number++) {
  const name = `p${String(number).padStart(2, '0')}`;
  await writePerson(folders[number], join(out, name));
  console.error(name);
}

function peopleFolders() {
  let listed;
  try {
    listed = runGit(['ls-tree', '-r', '--name-only', 'HEAD']).toString();
  } catch {
    stop(`${git} cannot be read as a git directory; clone the repository and give the folder .git in it.`);
  }
  const names = listed.split('\n').filter((path) => path.endsWith('_depth.png'));
  return FOLDERS.flatMap((parent) =>
    [...new Set(names.map((path) => path.slice(0, path.lastIndexOf('/'))))]
      .filter((folder) => folder.startsWith(parent))
      .sort(),
  );
}

async function writePerson(folder, target) {
  const stills = Object.entries(VISITS).flatMap(([visit, expressions]) =>
    Array.from({ length: POSES }, (_, pose) => expressions.map((e) => pose * EXPRESSIONS + e))
      .flat()
      .flatMap((picture, n) =>
        Object.entries(STREAMS).map(([stream, suffix]) => ({
          from: `${folder}/${picture}_${suffix}.png`,
          to: join(target, visit, stream, `${String(n).padStart(6, '0')}.png`),
        })),
      ),
  );
  for (const visit of Object.keys(VISITS)) {
    for (const stream of Object.keys(STREAMS)) mkdirSync(join(target, visit, stream), { recursive: true });
    const { width, height, focal, cx, cy } = CAMERA;
    const intrinsics = { width, height, intrinsic_matrix: [focal, 0, 0, 0, focal, 0, cx, cy, 1] };
    writeFileSync(join(target, visit, 'intrinsic.json'), JSON.stringify(intrinsics));
  }
  const contents = blobs(stills.map(({ from }) => from));
  for (const [i, { from, to }] of stills.entries()) writeFileSync(to, await placed(contents[i], from));
}

/** The contents of files, all by one process: each comes as a line "name type size", the bytes and a line's end. */
function blobs(paths) {
  const answer = runGit(['cat-file', '--batch'], paths.map((path) => `HEAD:${path}\n`).join(''));
  let at = 0;
  return paths.map((path) => {
    const end = answer.indexOf('\n', at);
    const [, type, size] = answer.toString('utf8', at, end).split(' ');
    if (type !== 'blob') stop(`${git} has no ${path}; clone the repository again.`);
    at = end + 1 + Number(size) + 1;
    return answer.subarray(end + 1, at - 1);
  });
}

/** A cut-out in the middle of an empty picture of the sensor's size, as PNG. */
async function placed(png, name) {
  const { data, info } = await sharp(png)
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, cx, cy } = CAMERA;
  const [left, top] = [Math.round(cx - info.width / 2), Math.round(cy - info.height / 2)];
  if (info.channels !== 1 || left < 0 || top < 0 || left + info.width > width || top + info.height > height)
    stop(`${name} is no grey picture that fits into ${width}×${height}; clone the repository again.`);
  const cut = new Uint16Array(data.buffer, data.byteOffset, info.width * info.height);
  const whole = new Uint16Array(width * height);
  for (let row = 0; row < info.height; row++)
    whole.set(cut.subarray(row * info.width, (row + 1) * info.width), (top + row) * width + left);
  return sharp(whole, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png({ compressionLevel: 3 })
    .toBuffer();
}

function runGit(args, input) {
  return execFileSync('git', [`--git-dir=${git}`, ...args], {
    input,
    maxBuffer: 2 ** 30,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
