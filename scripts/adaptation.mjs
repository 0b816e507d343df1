/**
 * Measures everything that docs/adaptation.md says and writes the page: `npm run adaptation [-- PEOPLE [PART]]`, about 20 minutes on two
 * idle cores. What was rendered lies in out/films, and is not rendered again until it is deleted there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentOf, share, table } from './measured.mjs';
import { root } from './steps.mjs';

const [PEOPLE = '100', only] = process.argv.slice(2);
/** On the page between these marks; what is around them is written by hand. */
const marks = (part) => [`<!-- ${part}: npm run adaptation -->\n`, `<!-- end of ${part} -->\n`];

const rate = ({ errors, of, low, high }) =>
  of === 0 ? 'nobody' : `${share(errors / of)} (${errors} of ${of}; ${share(low)} to ${share(high)})`;
const ruleOf3 = ({ errors, of, ...rest }) =>
  errors === 0 ? `0 of ${of} (below ${share(3 / of)})` : rate({ errors, of, ...rest });

/** Where the rules were changed after a part's people had been looked at, it is measured on others: their first index. */
const FROM = { sudden: '2800', gradual: '2800', poison: '2800', retraining: '3600' };

const LIGHT = { colour: 'in light', infrared: 'in the dark' };
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
  retraining: ({ people, verdicts, visits, costs, levels }) => {
    const kept = (verdicts.better ?? 0) + (verdicts['as-good'] ?? 0);
    const rows = levels.flatMap(({ level, figures }) =>
      figures.flatMap(({ spectrum, fixed, limits }) =>
        [
          ...fixed.flatMap((each) => [
            [`false rejects where ${each.falseAcceptRate.toExponential()} of strangers are let in`, each],
            ['the same, among visits that the descriptor lets through', each.passed],
          ]),
          ['false rejects at the limits of the level', limits.falseRejects],
          ['false accepts there', limits.falseAccepts],
        ].map(([what, { before, after }]) => [
          level.toExponential(),
          `${LIGHT[spectrum]}: ${what}`,
          rate(before),
          rate(after),
        ]),
      ),
    );
    const took = costs.map(
      ({ backend, seconds, megabytes }) =>
        `${seconds.toFixed(1)} s and ${Math.round(megabytes)} MB more memory with ${backend}`,
    );
    return `${visits} visits each; ${kept} of ${people} heads passed the gate. Retraining ${costs[0].views} views against ${costs[0].impostors} impostors took ${took.join(', ')}, with its loading in the memory and not in the time.

${table(['level', '', 'before', 'after'], rows)}`;
  },
};

const page = join(root, 'docs', 'adaptation.md');
for (const [part, tableOf] of Object.entries(PARTS)) {
  if (only !== undefined && only !== part) continue;
  const from = FROM[part] ? ['--from', FROM[part]] : [];
  const args = [...(part === 'retraining' ? ['retrain'] : ['adaptation', '--part', part]), ...from];
  const measure = (people, ...more) =>
    documentOf(
      ['evaluate', ...args, '--count', people, '--films', join(root, 'out', 'films'), ...more],
      `facet evaluate ${[...args, ...more].join(' ')}`,
    );
  const document = await measure(PEOPLE);
  if (part === 'retraining') {
    // What computes where nothing was built, beside what computes here.
    const others = document.backend === 'wasm' ? [] : [await measure('1', '--backend', 'wasm')];
    document.costs = [document, ...others].map(({ backend, cost }) => ({ backend, ...cost }));
  }
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
