/** The figures of real people in words, and as the section of docs/accuracy.md: of nobody in particular. */
import type { Table } from '../../../adapters/evaluation/report/report.ts';
import { describeRate, type Rate } from '../../../core/evaluation/rates.ts';
import type { RealLevel, RealReport } from '../../../core/evaluation/real-people.ts';
import type { Separation } from '../../../core/evaluation/separation.ts';
import { DEFAULT_SENSITIVITY } from '../../../core/judge/policy.ts';
import { tableInWords } from './evaluate-output.ts';

/** Which people were run: what may be concluded depends on it. */
export type RealGroup = 'dev' | 'report' | 'all';

const WHO: Record<RealGroup, string> = {
  dev: 'development people, who were looked at while things were chosen: not what others will see',
  report: 'reporting people, of whom nothing was chosen',
  all: 'people, of whom some were looked at while things were chosen',
};

/** Holds for every figure, whoever was run. */
const LIMITS = `They stood before one Kinect v2 in one session and one place, most of them of one ancestry: nine poses each, neutral, talking, smiling and with the mouth open. There is no colour in these pictures, so infrared and depth decide, and
nobody comes back on another day, with another light behind them, with glasses or a beard that they did not have. So these figures can show that something does not work with people; that it works, they suggest. Frames of one person are not
independent, nor are attempts that share a person: true intervals (these are 95 %, Clopper and Pearson) are wider.`;

const HOW = `Neutral stills, and some with shut eyes, enrol: one template each. Stills are no video: each is held for six frames with fresh noise of 1 mm, in a visit one pose after the other, as the app decides; in a visit of one pose for nine frames. A single frame is the
first of those, with nothing fused. Fakes are the neutral pictures on a flat, tilted or bent surface through the face. The owner's picture on another's head is the owner's infrared picture, brought onto the other's landmarks, over the
other's depth, for every two people.`;

export const realInWords = (report: RealReport, people: readonly string[]): string =>
  [
    `${report.people} people: ${people.join(', ')}; ${report.notEnrolled} of them could not be enrolled.`,
    ...tablesOf(report).flatMap(tableInWords),
    '',
    HOW,
    '',
    LIMITS,
  ].join('\n');

/** Markdown. */
export const realSection = (report: RealReport, group: RealGroup): string =>
  [
    '## Real people',
    `${report.people} ${WHO[group]}; ${report.notEnrolled} of them could not be enrolled. ${LIMITS}`,
    '',
    `${HOW} How to get the pictures, none of which is in this repository: [measuring.md](measuring.md). This section is what \`npm run real -- FOLDER --people ${group} --out FILE\` wrote.`,
    ...tablesOf(report).flatMap(({ caption, head, rows }) => [
      '',
      `**${caption}**`,
      '',
      ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    ]),
    '',
  ].join('\n');

function tablesOf({ frames, worn, levels, single, fused, expressions }: RealReport): Table[] {
  const across = (name: string, rateOf: (level: RealLevel) => Rate) => [
    name,
    ...levels.map((level) => describeRate(rateOf(level))),
  ];
  const byExpression = (rates: (level: RealLevel) => Readonly<Record<string, Rate>>) =>
    Object.keys(rates(levels[0])).map((name) => across(`… ${name}`, (level) => rates(level)[name]));
  const usual = levels.find(({ level }) => level === DEFAULT_SENSITIVITY)!;
  return [
    {
      caption: 'Liveness, stills judged alone',
      head: ['what', 'share'],
      rows: [
        ['live', describeRate(frames.live)],
        ...Object.entries(frames.refused).map(([reason, count]) => [`… ${reason}`, String(count)]),
        ['faces called not live (BPCER)', describeRate(frames.notLive)],
        ["owners' visits called not live", describeRate(frames.visitsNotLive)],
        ...Object.entries(frames.fakesRefused).map(([kind, rate]) => [
          `refused: their picture on a ${kind} surface`,
          describeRate(rate),
        ]),
        ["live: frames of the owner's picture on another's head", describeRate(worn.framesLive)],
        ['… attempts that the descriptor alone would accept', describeRate(worn.descriptorAccepts)],
      ],
    },
    {
      caption: 'As the app decides, by level',
      head: [
        'what',
        ...levels.map(
          ({ level }) => `${level.toExponential()}${level === DEFAULT_SENSITIVITY ? ' (default)' : ''}`,
        ),
      ],
      rows: [
        across("owners' visits refused", ({ refused }) => refused),
        ...byExpression(({ refusedBy }) => refusedBy),
        across("others' visits accepted", ({ accepted }) => accepted),
        across("owners' visits of one pose refused", ({ poseRefused }) => poseRefused),
        ...byExpression(({ poseRefusedBy }) => poseRefusedBy),
        across("others' visits of one pose accepted", ({ poseAccepted }) => poseAccepted),
        across("owners' single frames refused", ({ singleRefused }) => singleRefused),
        across("others' single frames accepted", ({ singleAccepted }) => singleAccepted),
        across("the owner's picture on another's head accepted", ({ wornAccepted }) => wornAccepted),
      ],
    },
    {
      caption: "Owners' visits of one pose refused, by pose, default level",
      head: ['pose', 'refused'],
      rows: usual.refusedInPose.map((rate, pose) => [String(pose + 1), describeRate(rate)]),
    },
    separationTable('Single frames', single),
    separationTable('One frame of each visit, eight fused where there are', fused),
    {
      caption: 'How far expressions move the settled relief (median, mm), by height above the eyes (mm)',
      head: ['visit, against enrolment', ...expressions.bands.map(([from, to]) => `${from} to ${to}`)],
      rows: [
        ...expressions.moved.map(({ expression, millimetres }) => [expression, ...millimetres.map(oneDigit)]),
        ['between people (standard deviation)', ...expressions.between.map(oneDigit)],
      ],
    },
  ];
}

const oneDigit = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(1));

const separationTable = (caption: string, kinds: readonly Separation[]): Table => ({
  caption: `${caption}: ${kinds[0].genuine} distances to the owner and ${kinds[0].impostor} to others; "as decided" is in units of the default level's limits, the larger counts`,
  head: [
    'by',
    'EER',
    'missed where no other is accepted',
    'own p50',
    'p95',
    'farthest',
    'nearest other',
    'margin (nearest other less farthest own)',
  ],
  rows: kinds.map((kind) => [
    kind.name,
    Number.isNaN(kind.equalError) ? '–' : `${(100 * kind.equalError).toFixed(2)} %`,
    describeRate(kind.missedAtZero),
    ...[kind.p50, kind.p95, kind.farthest, kind.nearestImpostor, kind.margin].map((value) =>
      Number.isNaN(value) ? '–' : value.toFixed(3),
    ),
  ]),
});
