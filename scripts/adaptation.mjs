/**
 * Measures everything that docs/adaptation.md says and writes the page: `npm run adaptation [-- PEOPLE [PART]]`, about 25 minutes on two
 * idle cores. What was rendered lies in out/films, and is not rendered again until it is deleted there.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, step } from './steps.mjs';

const [PEOPLE = '100', only] = process.argv.slice(2);
/** On the page between these marks; what is around them is written by hand. */
const marks = (part) => [`<!-- ${part}: npm run adaptation -->\n`, `<!-- end of ${part} -->\n`];

const share = (value) => `${(100 * value).toFixed(2)} %`;
const rate = ({ errors, of, low, high }) =>
  of === 0 ? 'nobody' : `${share(errors / of)} (${errors} of ${of}; ${share(low)} to ${share(high)})`;
const ruleOf3 = ({ errors, of, ...rest }) =>
  errors === 0 ? `0 of ${of} (below ${share(3 / of)})` : rate({ errors, of, ...rest });
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const CAMPAIGN = {
  stranger: 'a stranger',
  sibling: 'a sibling, 70 % of the shape',
  walker: 'a stranger made up as the person, a little less each time',
};

const PARTS = {
  sudden: ({ rows }) =>
    table(
      [
        'new in the face',
        'refused the first time',
        'of those, offered',
        'of those, recognised a day later',
        'refused that day without it',
      ],
      rows.map(({ change, refused, offered, recovered, later }) => [
        change,
        ...[refused, offered, recovered, later.without].map(rate),
      ]),
    ),
  gradual: ({ rows }) =>
    table(
      ['step', 'missed without', 'missed with'],
      rows.map(({ steps: [from, to], missed }) => [
        from === to ? `${from} (the day of enrolment)` : `${from} to ${to}`,
        rate(missed.without),
        rate(missed.with),
      ]),
    ),
  poison: ({ rows }) =>
    table(
      [
        'who tries',
        'the PIN, once',
        'galleries open at once',
        'galleries captured',
        'sessions that open, before',
        'after',
      ],
      rows.map(({ campaign, stolenPin, openBefore, captured, sessions }) => [
        CAMPAIGN[campaign],
        stolenPin ? 'stolen' : '–',
        rate(openBefore),
        ruleOf3(captured),
        rate(sessions.before),
        rate(sessions.after),
      ]),
    ),
};

const page = join(root, 'docs', 'adaptation.md');
for (const [part, tableOf] of Object.entries(PARTS)) {
  if (only !== undefined && only !== part) continue;
  const args = [
    'evaluate',
    'adaptation',
    '--part',
    part,
    '--count',
    PEOPLE,
    '--films',
    join(root, 'out', 'films'),
  ];
  let document;
  const { code } = await step(`facet evaluate adaptation --part ${part}`, () => {
    const child = spawn(process.execPath, [join(root, 'out', 'cli.js'), ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, said] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-2000)));
    return new Promise((done) =>
      child.on('close', (status) => {
        if (status === 0) document = JSON.parse(out);
        done({ code: status ?? 1, output: `${out}${said}` });
      }),
    );
  });
  if (code !== 0) process.exit(1);
  const text = readFileSync(page, 'utf8');
  const [begin, end] = marks(part);
  const [before, rest] = text.split(begin);
  const after = rest.slice(rest.indexOf(end));
  const failed = document.failedEnrolments
    ? ` ${document.failedEnrolments} of them did not finish their enrolment.`
    : '';
  const who = `${PEOPLE} synthetic people, ${document.who}.${failed}`;
  writeFileSync(page, `${before}${begin}${who}\n\n${tableOf(document)}\n${after}`);
}
