/** Loss and separation over a training run, as an SVG that reads in light and dark. */
import type { Measurement } from './checkpoint.ts';

const SIZE = { width: 720, height: 220, left: 56, right: 16, top: 28, bottom: 32 } as const;

export function curvesPicture(title: string, history: readonly Measurement[]): string {
  const plots = [
    { name: 'Training loss', values: history.map(({ loss }) => loss), unit: '' },
    {
      name: 'True accepts at a false-match rate of 1e-4, validation people',
      values: history.map(({ trueAccept }) => 100 * trueAccept),
      unit: ' %',
    },
    {
      name: 'Equal error rate, validation people',
      values: history.map(({ equalError }) => 100 * equalError),
      unit: ' %',
    },
  ];
  const steps = history.map(({ step }) => step);
  const height = plots.length * SIZE.height + 40;
  const body = plots.map(({ name, values, unit }, i) =>
    plot(40 + i * SIZE.height, name, steps, values, unit),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<style>
  text { fill: #333; } .line { fill: none; stroke: #b45f06; stroke-width: 1.5; } .axis { stroke: #999; }
  @media (prefers-color-scheme: dark) { text { fill: #ddd; } .line { stroke: #ffb454; } .axis { stroke: #666; } }
</style>
<text x="${SIZE.left}" y="24" font-size="15">${title}</text>
${body.join('\n')}
</svg>
`;
}

function plot(
  y: number,
  name: string,
  steps: readonly number[],
  values: readonly number[],
  unit: string,
): string {
  const { width, left, right, top, bottom } = SIZE;
  const inner = { width: width - left - right, height: SIZE.height - top - bottom };
  const last = Math.max(1, ...steps);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  const points = values.map((value, i) => {
    const px = left + (inner.width * steps[i]) / last;
    const py = y + top + inner.height * (1 - (value - low) / span);
    return `${px.toFixed(1)},${py.toFixed(1)}`;
  });
  const label = (value: number) => `${Number(value.toPrecision(3))}${unit}`;
  const floor = y + top + inner.height;
  return `<text x="${left}" y="${y + 18}">${name}</text>
<line class="axis" x1="${left}" y1="${floor}" x2="${width - right}" y2="${floor}"/>
<text x="${left - 6}" y="${y + top + 10}" text-anchor="end">${label(high)}</text>
<text x="${left - 6}" y="${floor}" text-anchor="end">${label(low)}</text>
<text x="${width - right}" y="${floor + 16}" text-anchor="end">step ${last}</text>
<polyline class="line" points="${points.join(' ')}"/>`;
}
