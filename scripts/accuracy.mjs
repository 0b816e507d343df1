/**
 * Measures everything that docs/accuracy.md says and writes the page: `npm run accuracy [-- --keep-article]`, about an hour on two
 * cores. What was measured lies in out/accuracy, and is not measured again until it is deleted there. The article's network has no part
 * in Facet's: without TensorFlow, or where asked to, its section of the page stays as it is.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentOf, share, table } from './measured.mjs';
import { fingerprint, root, step, tool } from './steps.mjs';

/** Test people that the page reports on; whoever looked at some of them and then chose something moves on to others. */
const TEST = {
  people: { from: 300, count: 50 },
  reliefs: { from: 6000, people: 300, sessions: 4, frames: 16 },
  fringe: { people: 120, sessions: 3 },
  fields: { people: 200, sessions: 3 },
};
/** The article's protocol: 26 for training, 5 for validation; and a crowd, since five people are few. */
const ARTICLE = {
  datasets: {
    train: ['--pool', 'train', '--people', '26', '--frames', '24'],
    five: ['--pool', 'validation', '--people', '5', '--frames', '24'],
    crowd: ['--pool', 'validation', '--from', '5', '--people', '100', '--frames', '6'],
  },
};

const folder = join(root, 'out', 'accuracy');
mkdirSync(folder, { recursive: true });
const at = (name) => join(folder, name);
const models = fingerprint(['models/manifest.json']);

/** Runs `facet ARGS --json`, once for these models. @returns the document */
async function facet(name, args) {
  const file = at(`${name}.json`);
  const known = existsSync(file) && JSON.parse(readFileSync(file, 'utf8'));
  if (known && known.models === models && known.args === args.join(' ')) return known.document;
  const document = await documentOf(args);
  writeFileSync(`${file}.part`, JSON.stringify({ models, args: args.join(' '), document }));
  renameSync(`${file}.part`, file);
  return document;
}

const rate = ({ errors, of, low, high }) =>
  `${share(errors / of)} (${errors} of ${of.toLocaleString('en')}; ${share(low)} to ${share(high)})`;

const { people, reliefs } = TEST;
const attempts = await facet('people', [
  'evaluate',
  'people',
  '--from',
  String(people.from),
  '--count',
  String(people.count),
  '--report',
  at('people'),
]);
await facet('test-dataset', [
  'dataset',
  at('test'),
  ...['--pool', 'test', '--from', String(reliefs.from), '--people', String(reliefs.people)],
  ...['--sessions', String(reliefs.sessions), '--frames', String(reliefs.frames)],
]);
const byModel = {};
for (const model of ['facet-rgbd', 'facet-linear'])
  byModel[model] = await facet(model, [
    'evaluate',
    'reliefs',
    at('test'),
    '--model',
    model,
    '--report',
    at(model),
  ]);
await facet('fringe-dataset', [
  'dataset',
  at('fringe'),
  ...[
    '--pool',
    'test',
    '--from',
    String(reliefs.from),
    '--people',
    String(TEST.fringe.people),
    '--worn',
    'fringe',
  ],
  ...['--sessions', String(TEST.fringe.sessions), '--frames', String(reliefs.frames)],
]);
const fringe = await facet('fringe', [
  'evaluate',
  'reliefs',
  at('fringe'),
  '--model',
  'facet-rgbd',
  '--report',
  at('fringe-report'),
]);
await facet('fields-dataset', [
  'dataset',
  at('fields'),
  ...['--pool', 'test', '--from', String(reliefs.from), '--people', String(TEST.fields.people)],
  ...['--heads', 'fields', '--sessions', String(TEST.fields.sessions), '--frames', String(reliefs.frames)],
]);
const otherFamily = {};
for (const model of ['facet-rgbd', 'facet-linear'])
  otherFamily[model] = await facet(`${model}-fields`, [
    ...['evaluate', 'reliefs', at('fields')],
    ...['--model', model, '--report', at(`${model}-fields`)],
  ]);
const article =
  existsSync(join(root, 'node_modules/.cache/facet/tensorflow/package.json')) &&
  !process.argv.includes('--keep-article')
    ? await trainArticle()
    : undefined;
const written = existsSync(join(root, 'docs', 'accuracy.md'))
  ? readFileSync(join(root, 'docs', 'accuracy.md'), 'utf8')
  : '';
/** A section of the page as it stands, with its title; empty where there is none. */
function kept(title) {
  const begin = written.indexOf(`\n## ${title}\n`);
  if (begin < 0) return '';
  const end = written.indexOf('\n## ', begin + 1);
  return `${written.slice(begin, end < 0 ? undefined : end).trimEnd()}\n`;
}

async function trainArticle() {
  for (const [name, args] of Object.entries(ARTICLE.datasets))
    await facet(`crops-${name}`, [
      'dataset',
      at(`crops-${name}`),
      '--kind',
      'crops',
      '--sessions',
      '4',
      ...args,
    ]);
  const tables = {};
  // The second finds the network trained and measures it on other people.
  for (const name of ['five', 'crowd'])
    tables[name] = await facet(`article-${name}`, [
      ...['train', '--network', 'article', '--work', at('article')],
      ...['--data', at('crops-train'), '--validation', at(`crops-${name}`)],
    ]);
  for (const picture of ['article', 'article-pca', 'article-umap'])
    copyFileSync(at(`article/${picture}.svg`), join(root, 'docs', `${picture}.svg`));
  return tables;
}

const usual = attempts.levels.find(({ level }) => level === 1e-5).together;
const seconds = attempts.enrolmentSeconds;
const fnmrAt = (curve, fmr) => {
  const point = curve.points.find((each) => each.fmr === fmr);
  return point.resolved ? rate(point.falseNonMatches) : 'unresolved';
};

function modelTable(measured) {
  const rows = Object.entries(measured).flatMap(([model, { curves }]) =>
    curves.map((curve) => [
      model,
      curve.name,
      share(curve.equalError.rate),
      fnmrAt(curve, 1e-3),
      fnmrAt(curve, 1e-4),
      fnmrAt(curve, 1e-5),
    ]),
  );
  return table(['model', 'probe', 'equal error rate', 'missed at FMR 1e-3', 'at 1e-4', 'at 1e-5'], rows);
}

function conditionTable() {
  const { conditions } = byModel['facet-rgbd'];
  const [oneSkin, skins] = conditions.filter(({ name }) => name.startsWith('8 frames'));
  const rows = oneSkin.conditions.map(({ condition, falseNonMatches }, i) => [
    condition,
    rate(falseNonMatches),
    rate(skins.conditions[i].falseNonMatches),
  ]);
  const worn = fringe.conditions
    .filter(({ name }) => name.startsWith('8 frames'))
    .map(({ conditions }) => conditions.find(({ condition }) => condition === 'hair over the brow'));
  rows.push([`hair over the brow *`, ...worn.map(({ falseNonMatches }) => rate(falseNonMatches))]);
  return `${table(['session', 'missed, one skin for everyone', 'missed, with skins'], rows)}

\\* In sessions of their own (${fringe.data}), where every session but the enrolled one has it, at the threshold of these sessions.`;
}

function groupTable() {
  const { groups } = byModel['facet-rgbd'];
  const { fmr, groups: rows, worstToMean } = groups.find(({ name }) => name === '8 frames, with skins');
  return `At the threshold at which all comparisons together have a false-match rate of ${fmr.toExponential()}, between people of one group:

${table(
  ['group', 'false matches'],
  rows.map(({ group, falseMatches }) => [group, rate(falseMatches)]),
)}

Worst group to the mean of all groups: ${worstToMean?.toFixed(1) ?? 'unresolved'}.`;
}

const page = `# Accuracy

Made by \`npm run accuracy\` (about an hour on two cores); do not edit by hand. Figures are of **synthetic people** wherever
it is not said that they are of real ones: heads of the test pool, never used for training, thresholds or any other choice. Intervals are 95 %. No real face is shipped.
${kept('Real people')}
## The whole path, as the app decides
${people.count} people (\`test/${people.from}\` to \`test/${people.from + people.count - 1}\`), rendered as a Kinect v2 would see them: an enrolment by turning the head, then four visits each in office light, window
light, the dark and office light again, new poses of ±15° yaw and ±10° pitch, 450 to 1150 mm, a smooth depth error of up to 1 mm, and in three of four visits a face of a kind that nothing was
trained or calibrated on: the jaw turned about its joints by up to 20°, smooth fields over mouth (up to 3 mm rms) and brow; two attacks of each species on each one. Intervals of this section are exact (Clopper and Pearson).

${table(
  ['decided by', 'false rejects, per attempt', 'false accepts, per attempt'],
  [
    ...attempts.levels.map(({ level, together }) => [
      `shape and descriptor fused, level ${level.toExponential()}${level === 1e-5 ? ' (default)' : ''}`,
      rate(together.falseRejects),
      rate(together.falseAccepts),
    ]),
    [
      'shape alone, default level',
      rate(attempts.shapeAlone.falseRejects),
      rate(attempts.shapeAlone.falseAccepts),
    ],
    [
      'descriptor alone, default level',
      rate(attempts.descriptorAlone.falseRejects),
      rate(attempts.descriptorAlone.falseAccepts),
    ],
  ],
)}

${table(
  ['fused, default level, by light', 'false rejects', 'false accepts'],
  Object.entries(usual.byLight).map(([light, rates]) => [
    light,
    rate(rates.falseRejects),
    rate(rates.falseAccepts),
  ]),
)}

${table(
  [
    'attack (other-head: a living stranger with the skin, eyes, brows and hair of the person; lookalike: a real person half-way to somebody else)',
    'accepted',
  ],
  Object.entries(usual.attacks).map(([species, accepted]) => [species, rate(accepted)]),
)}

- Live visits called not live (BPCER): ${rate(usual.notLive)}.
- Enrolment: ${seconds[seconds.length >> 1].toFixed(1)} s median, ${seconds.at(-1).toFixed(1)} s longest; ${usual.failedEnrolments} of ${people.count} did not finish within 25 s.
- Unlocking: ${Math.round(usual.timeToUnlock.p50)} ms median from the first frame (${Math.round(usual.timeToUnlock.p95)} ms 95th percentile) plus the time to judge a frame.
- Each visit is an attempt at every other person's gallery; such attempts are not independent, so the true interval is wider.
- Six earlier groups were looked at on the way: \`test/0\` to \`test/49\` had 1 false accept in 9,800 with the linear shape model at 1e-4; \`test/50\` to \`test/99\` and, with earlier networks, \`test/100\` to \`test/299\` had none at 1e-5.

## The shape model
${byModel['facet-rgbd'].data} Everybody else's probes are impostors. "One skin for everyone" takes colour away, so that the shape decides alone.
Failure to acquire: in ${rate(byModel['facet-rgbd'].failureToAcquire)} of the sessions fewer than eight of 16 frames were such as the app takes,
mostly with the face so near that the sensor loses the nose, where the app says "Move back a little"; they are compared with nobody.

${modelTable(byModel)}

### Heads of another family
${otherFamily['facet-rgbd'].data} What makes these heads differ is no morph target but smooth fields (2.5 mm rms along each axis, 25 to 70 mm wide, on the mean head of each
person's age, sex and ancestry): nothing that the training heads are made of but the fields that deform half of them. They enrol at rest and come back with the grimaces described above.

${modelTable(otherFamily)}

### By what the session was like
facet-rgbd, eight frames, at the threshold of a false-match rate of 1e-4.

${conditionTable()}

### By group
${groupTable()}
${
  article
    ? `
## The article that Facet started from
Its network and recipe on its protocol (26 people to train on, 5 to validate, single crops of 4 × 200 × 200, contrastive loss, threshold ${article.five.table.threshold}), on
synthetic people; and the same network before 100 others, since five people are far too few to say how well it works. Neither group decides anything in Facet.

${table(
  ['', 'the article reported', 'here, 5 people', 'here, 100 people'],
  [
    ['mean distance, same person', '0.30', ({ meanSame }) => meanSame.toFixed(2)],
    ['mean distance, different people', '1.1', ({ meanDifferent }) => meanDifferent.toFixed(2)],
    ['false accepts at the threshold, per pair', 'not said', ({ falseAccepts }) => rate(falseAccepts)],
    ['false rejects at the threshold, per pair', 'not said', ({ falseRejects }) => rate(falseRejects)],
  ].map(([name, reported, here]) => [name, reported, here(article.five.table), here(article.crowd.table)]),
)}

![The 100 people's crops by principal components](article-pca.svg) ![The same by UMAP](article-umap.svg)

![Loss and separation over the training](article.svg)

`
    : kept('The article that Facet started from')
}
## What the descriptor is worth
Synthetic faces look like near relatives to a network that was trained on real ones, so the descriptor alone lets many of them in at the limits of real faces. Those are, of
SFace ([models/sface.md](../models/sface.md)), one crop, between unit vectors, ten templates a person of which the nearest counts:

| level | in colour: limit | false rejects | false accepts, of pictures | false accepts, each pair of people once | in infrared: limit |
| --- | --- | --- | --- | --- | --- |
| 1e-4 | 1.02 | 0.06 % (1 of 1,680) | 0.014 % (47 of 326,455) | 1.1e-4 of 210,751 | 0.84 |
| 1e-5 | 0.97 | 0.18 % (3 of 1,680) | 0.0028 % (9 of 326,455) | 1.1e-5 of 210,751 | 0.80 |
| 1e-6 | 0.90 | 1.61 % (27 of 1,680) | none of 326,455 | none of 210,751 | 0.77 |

In colour: Labeled Faces in the Wild (in grey, which costs something), 11,954 of its pictures, the face on the middle of each; chosen on the people of folds 1 to 5, counted on the others. Sisters and brothers who have many pictures there make most of
the false accepts, so the limits were chosen with each pair of people counting once. Three pictures under a wrong name are left out. Of 6,000 pairs 99.3 % are told apart (99.4 % on folds 6 to 10). In infrared: nine real people before a Kinect v2 (the development half of a public set of stills, one session, mostly of
one ancestry): none of 324 own frames is refused at any level, none of 2,592 of others accepted. People are more alike there than in LFW, and so the limits stricter; those of the levels come of a generalised Pareto distribution fitted to
the nearest 5 % of the comparisons with others, which is as far as nine people reach.

On real faces it is the other way round: the descriptor has been measured on thousands, the shape on few people of one session. So no shape accepts what the descriptor refuses; and no picture what the shape refuses, since a picture can be put on another head.

## Thresholds
\`npm run facet -- calibrate --real FOLDER\` measures them on 100 people of the validation pool with every expression and on nine real development people, and writes them, with what was counted, to
\`models/manifest.json\`: the weights of shape and descriptor by logistic regression, both sets of people counting alike, and the distance of the shape and of both fused for each level and number of fused frames. The shape's limit of 1e-4 holds at every level. Where people are farther apart
than the level asks for, the gap between the same and others is divided, a part of it going to comfort, since real sensors err more than simulated ones. Liveness limits
(\`main/core/judge/liveness.ts\`) leave room on both sides between live people of the validation pool and their prints, screens and masks.

## Pose
Median error of the measured head pose over turning heads is at most 3° (a test holds it to that, in light and in the dark); what remains is mostly a constant of
each person: where their own face departs from the mean face.

## What is missing
Real faces in colour with depth; real people on more than one day, of more than mostly one ancestry, with glasses and beards; rigid three-dimensional masks; siblings, twins. The shape model was trained on one family of meshes only (half of the training heads
deformed beyond it). How to measure on your own pictures and recordings: [measuring.md](measuring.md).
`;
writeFileSync(join(root, 'docs', 'accuracy.md'), page);
await step('docs/accuracy.md', async () => {
  const child = spawn(tool('prettier'), ['--write', 'docs/accuracy.md'], { cwd: root, stdio: 'ignore' });
  return { code: await new Promise((done) => child.on('close', done)) };
});
