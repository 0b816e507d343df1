/** The report's pictures as SVG text: readable alone and inside the page, on a dark and on a light ground. */
import { probit } from '../../../core/evaluation/normal.ts';
import type { DetPoint } from '../../../core/evaluation/comparison-report.ts';
import type { Curve } from './report.ts';

const STYLE = `
.plot { --ground: #fbfbfd; --text: #20242c; --muted: #5b6270; --line: #dfe2e8; --c0: #9a5b00; --c1: #1f5fbf; --c2: #0e7a55; --c3: #a3307f; }
@media (prefers-color-scheme: dark) {
  .plot { --ground: #14171d; --text: #eceef2; --muted: #a9b0bd; --line: #303641; --c0: #f2b45c; --c1: #86b6ff; --c2: #5fd0a4; --c3: #f090cf; }
}
.plot { background: var(--ground); font: 13px system-ui, sans-serif; }
.plot text { fill: var(--text); }
.plot .muted { fill: var(--muted); }
.plot .grid { stroke: var(--line); fill: none; }
.plot .edge { stroke: var(--muted); fill: none; }
.plot .limit { stroke: var(--text); stroke-dasharray: 2 3; }
.plot .curve { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
.plot .few { stroke-dasharray: 4 4; stroke-width: 1.4; }
.plot .bars { fill-opacity: 0.22; stroke-width: 1.6; stroke-linejoin: round; }
${[0, 1, 2, 3].map((i) => `.plot .k${i} { stroke: var(--c${i}); } .plot .f${i} { fill: var(--c${i}); }`).join('\n')}
`;
const COLOURS = 4;

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const number = (value: number): string => String(Math.round(value * 100) / 100);

const picture = (width: number, height: number, title: string, content: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect width="100%" height="100%" fill="var(--ground)"/>`,
    ...content,
    '</svg>',
    '',
  ].join('\n');

const text = (x: number, y: number, what: string, more = ''): string =>
  `<text x="${number(x)}" y="${number(y)}" ${more}>${escaped(what)}</text>`;

const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  `<line x1="${number(x1)}" y1="${number(y1)}" x2="${number(x2)}" y2="${number(y2)}" class="${kind}"/>`;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** 10 to minus this, as it is written at an axis. */
function powerOfTen(decade: number): string {
  return decade < 3
    ? String(10 ** -decade)
    : `10⁻${[...String(decade)].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`;
}

/** Ticks of the axes, and how they are written. */
const TICKS: readonly (readonly [rate: number, label: string])[] = [
  ...[7, 6, 5, 4, 3, 2].map((decade) => [10 ** -decade, powerOfTen(decade)] as const),
  [0.05, '0.05'],
  [0.1, '0.1'],
  [0.2, '0.2'],
  [0.4, '0.4'],
  [0.6, '0.6'],
];
const LARGEST = 0.6;

/** The smallest rate on an axis: the decade in which three errors of so many lie, and a decade at least below a few percent. */
const smallestRate = (of: number): number =>
  Math.min(1e-2, Math.max(1e-7, 10 ** Math.floor(Math.log10(3 / Math.max(1, of)))));

/** False matches against false non-matches on normal-deviate axes (Martin et al. 1997); dashed where fewer than three errors speak. */
export function detPicture(curves: readonly Curve[]): string {
  // With no error of one kind, or hardly anything else, a point lies off these axes.
  const drawn = curves.map((curve) => ({
    ...curve,
    points: curve.report.det.filter(
      ({ fmr, fnmr }) => fmr > 0 && fnmr > 0 && fmr <= LARGEST && fnmr <= LARGEST,
    ),
  }));
  const frame: Frame = { left: 78, top: 24, width: 520, height: 520 };
  const most = (count: (curve: Curve) => number) => Math.max(1, ...drawn.map(count));
  const [xFrom, yFrom] = [
    smallestRate(most(({ report }) => report.impostor)),
    smallestRate(most(({ report }) => report.genuine)),
  ];
  const place = (rate: number, from: number): number =>
    (probit(Math.min(LARGEST, Math.max(from, rate))) - probit(from)) / (probit(LARGEST) - probit(from));
  const x = (rate: number): number => frame.left + frame.width * place(rate, xFrom);
  const y = (rate: number): number => frame.top + frame.height * (1 - place(rate, yFrom));
  const bottom = frame.top + frame.height;
  const right = frame.left + frame.width;
  const content: string[] = [];
  for (const [rate, label] of TICKS) {
    if (rate >= xFrom)
      content.push(
        line(x(rate), frame.top, x(rate), bottom, 'grid'),
        text(x(rate), bottom + 18, label, 'class="muted" text-anchor="middle"'),
      );
    if (rate >= yFrom)
      content.push(
        line(frame.left, y(rate), right, y(rate), 'grid'),
        text(frame.left - 8, y(rate) + 4, label, 'class="muted" text-anchor="end"'),
      );
  }
  const least = Math.max(xFrom, yFrom);
  content.push(
    line(x(least), y(least), x(LARGEST), y(LARGEST), 'grid'),
    `<rect x="${frame.left}" y="${frame.top}" width="${frame.width}" height="${frame.height}" class="edge"/>`,
    text(frame.left + frame.width / 2, bottom + 42, 'false matches (FMR)', 'text-anchor="middle"'),
    text(
      0,
      0,
      'false non-matches (FNMR)',
      `text-anchor="middle" transform="translate(18 ${frame.top + frame.height / 2}) rotate(-90)"`,
    ),
  );
  drawn.forEach(({ report, points: own }, i) => {
    const speaks = ({ fmr, fnmr }: DetPoint) => fmr * report.impostor >= 2.5 && fnmr * report.genuine >= 2.5;
    const path = (points: readonly DetPoint[]) =>
      points.map(({ fmr, fnmr }, n) => `${n === 0 ? 'M' : 'L'}${number(x(fmr))} ${number(y(fnmr))}`).join('');
    for (const { solid, points } of runs(own, speaks))
      content.push(`<path d="${path(points)}" class="curve k${i % COLOURS}${solid ? '' : ' few'}"/>`);
  });
  content.push(...legend(drawn, right - 12, frame.top + 22));
  if (drawn.every(({ points }) => points.length < 2))
    content.push(
      text(
        frame.left + frame.width / 2,
        frame.top + frame.height / 2,
        'no threshold gives errors of both kinds within these axes',
        'text-anchor="middle"',
      ),
    );
  content.push(
    text(
      frame.left,
      bottom + 64,
      'Dashed: fewer than three errors of one kind, so no rate.',
      'class="muted"',
    ),
  );
  return picture(620, 624, 'Detection error trade-off', content);
}

/** Stretches of a curve of one kind, each beginning where the last ended. */
function runs(points: readonly DetPoint[], speaks: (point: DetPoint) => boolean) {
  const stretches: { solid: boolean; points: DetPoint[] }[] = [];
  for (const [i, point] of points.entries()) {
    if (i === 0) continue;
    const solid = speaks(points[i - 1]) && speaks(point);
    const last = stretches.at(-1);
    if (last?.solid === solid) last.points.push(point);
    else stretches.push({ solid, points: [points[i - 1], point] });
  }
  return stretches;
}

function legend(curves: readonly Curve[], right: number, top: number): string[] {
  return curves.flatMap(({ name }, i) => [
    text(right - 34, top + 20 * i, name, 'text-anchor="end"'),
    line(right - 26, top + 20 * i - 4, right, top + 20 * i - 4, `curve k${i % COLOURS}`),
  ]);
}

const BINS = 100;
const PANEL = 230;

/** How far apart people are from themselves and from others: one panel a curve, shares on a logarithmic axis so that tails show. */
export function histogramPicture(curves: readonly Curve[]): string {
  const width = 620;
  return picture(
    width,
    PANEL * Math.max(1, curves.length) + 10,
    'Distances',
    curves.flatMap((curve, i) => panel(curve, { left: 78, top: PANEL * i + 34, width: 520, height: 140 })),
  );
}

function panel({ name, comparisons, axis, limit }: Curve, frame: Frame): string[] {
  const { genuine, impostor } = comparisons;
  const upTo = niceAbove(Math.max(genuine.farthest, impostor.farthest, limit, 0.1));
  const most = Math.max(genuine.total, impostor.total, 10);
  const decades = Math.ceil(Math.log10(most));
  const bottom = frame.top + frame.height;
  const right = frame.left + frame.width;
  const x = (distance: number): number => frame.left + (frame.width * distance) / upTo;
  const y = (share: number): number => bottom - frame.height * Math.max(0, 1 + Math.log10(share) / decades);
  const content = [text(frame.left, frame.top - 12, name, 'font-weight="600"')];
  for (let decade = 0; decade <= decades; decade += Math.ceil(decades / 5))
    content.push(
      line(frame.left, y(10 ** -decade), right, y(10 ** -decade), 'grid'),
      text(frame.left - 8, y(10 ** -decade) + 4, powerOfTen(decade), 'class="muted" text-anchor="end"'),
    );
  for (let tick = 0; tick <= 5; tick++)
    content.push(
      text(
        x((tick * upTo) / 5),
        bottom + 17,
        number((tick * upTo) / 5),
        'class="muted" text-anchor="middle"',
      ),
    );
  for (const [tally, colour] of [
    [impostor, 1],
    [genuine, 0],
  ] as const) {
    if (tally.total === 0) continue;
    let path = `M${number(x(0))} ${bottom}`;
    tally.binned(BINS, upTo).forEach((count, bin) => {
      const height = number(count === 0 ? bottom : y(count / tally.total));
      path += `V${height}H${number(x(((bin + 1) * upTo) / BINS))}`;
    });
    content.push(`<path d="${path}V${bottom}" class="bars k${colour} f${colour}"/>`);
  }
  content.push(
    line(x(limit), frame.top, x(limit), bottom, 'limit'),
    text(
      x(limit) + 5,
      frame.top + 12,
      `the app accepts up to ${Number(limit.toPrecision(3))}`,
      'font-size="11"',
    ),
  );
  content.push(
    line(frame.left, bottom, right, bottom, 'edge'),
    text(frame.left + frame.width / 2, bottom + 38, axis, 'text-anchor="middle"'),
    ...[`${genuine.total} of the same person`, `${impostor.total} of different people`].flatMap((what, i) => [
      text(right - 34, frame.top - 18 + 15 * i, what, 'text-anchor="end" font-size="11"'),
      line(right - 26, frame.top - 22 + 15 * i, right, frame.top - 22 + 15 * i, `curve k${i}`),
    ]),
  );
  return content;
}

/** The next of 0.5, 1, 1.5, 2, 3, 4 … 8 that is not below. */
const niceAbove = (value: number): number =>
  [0.5, 1, 1.5, 2, 3, 4, 5, 6, 8].find((nice) => nice >= value) ?? Math.ceil(value);
