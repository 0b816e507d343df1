/** The figures of real people in words, and as the section of docs/accuracy.md: of nobody in particular. */
import { describeRate, type Rate } from '../../../core/evaluation/rates.ts';
import type { RealReport } from '../../../core/evaluation/real-people.ts';
import type { Separation } from '../../../core/evaluation/separation.ts';
import { DEFAULT_SENSITIVITY } from '../../../core/judge/policy.ts';
import type { Table } from '../../../adapters/evaluation/report/report.ts';

export const realInWords = (report: RealReport, people: readonly string[]): string =>
  [
    `${report.people} people: ${people.join(', ')}; ${report.notEnrolled} of them could not be enrolled.`,
    ...tablesOf(report).flatMap(({ caption, head, rows }) => {
      const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
      return [
        '',
        caption,
        ...[head, ...rows].map((cells) =>
          `  ${cells.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd(),
        ),
      ];
    }),
  ].join('\n');

export const realSection = (report: RealReport, group: string): string =>
  [
    '## Real people',
    `${report.people} people (${group})`,
    ...tablesOf(report).flatMap(({ caption, head, rows }) => [
      '',
      `${caption}:`,
      '',
      ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    ]),
    '',
  ].join('\n');

function tablesOf({ frames, levels, single, fused, expressions }: RealReport): Table[] {
  const columns = (name: string) => [
    name,
    ...levels.map(
      ({ level }) => `${level.toExponential()}${level === DEFAULT_SENSITIVITY ? ' (default)' : ''}`,
    ),
  ];
  const across = (name: string, rateOf: (level: RealReport['levels'][number]) => Rate) => [
    name,
    ...levels.map((level) => describeRate(rateOf(level))),
  ];
  return [
    {
      caption: 'Stills judged alone',
      head: ['what', 'share'],
      rows: [
        ['live', describeRate(frames.live)],
        ...Object.entries(frames.refused).map(([reason, count]) => [`  ${reason}`, String(count)]),
        ['faces called not live (BPCER)', describeRate(frames.notLive)],
        ['visits called not live', describeRate(frames.visitsNotLive)],
        ...Object.entries(frames.fakesRefused).map(([kind, rate]) => [
          `refused, ${kind} surface with their picture`,
          describeRate(rate),
        ]),
      ],
    },
    {
      caption: 'As the app decides, by level',
      head: columns('what'),
      rows: [
        across("owners' visits refused", ({ refused }) => refused),
        ...Object.keys(levels[0].refusedBy).map((name) =>
          across(`  ${name}`, ({ refusedBy }) => refusedBy[name]),
        ),
        across("others' visits accepted", ({ accepted }) => accepted),
        across("owners' visits of one pose refused", ({ poseRefused }) => poseRefused),
        ...Object.keys(levels[0].poseRefusedBy).map((name) =>
          across(`  ${name}`, ({ poseRefusedBy }) => poseRefusedBy[name]),
        ),
        across("others' visits of one pose accepted", ({ poseAccepted }) => poseAccepted),
        across("owners' live single frames refused", ({ singleRefused }) => singleRefused),
        across("others' live single frames accepted", ({ singleAccepted }) => singleAccepted),
        across("the owner's picture on another's head accepted", ({ wornAccepted }) => wornAccepted),
      ],
    },
    separationTable('Single frames', single),
    separationTable('Visits, eight frames fused', fused),
    {
      caption: 'How far expressions move the settled relief (median, mm), by height above the eyes (mm)',
      head: ['expression', ...expressions.bands.map(([from, to]) => `${from} to ${to}`)],
      rows: [
        ...expressions.moved.map(({ expression, millimetres }) => [expression, ...millimetres.map(oneDigit)]),
        ['between people (std)', ...expressions.between.map(oneDigit)],
      ],
    },
  ];
}

const oneDigit = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(1));

const separationTable = (caption: string, kinds: readonly Separation[]): Table => ({
  caption: `${caption}: ${kinds[0].genuine} of the owner and ${kinds[0].impostor} of others; "as decided" is in units of the default level's limits`,
  head: [
    'by',
    'EER',
    'missed where no other is accepted',
    'own p50',
    'p95',
    'farthest',
    'nearest other',
    'margin',
  ],
  rows: kinds.map((kind) => [
    kind.name,
    Number.isNaN(kind.equalError) ? '–' : `${(100 * kind.equalError).toFixed(2)} %`,
    describeRate(kind.missedAtZero),
    ...[kind.p50, kind.p95, kind.farthest, kind.nearestImpostor, kind.margin].map((value) =>
      value.toFixed(3),
    ),
  ]),
});
