/** The report as one page that needs nothing but itself. */
import { detPicture, escaped, histogramPicture } from './pictures.ts';
import { ratesTable, READING, type EvaluationReport, type Table } from './report.ts';

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfbfd; --text: #20242c; --muted: #5b6270; --line: #dfe2e8; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171d; --text: #eceef2; --muted: #a9b0bd; --line: #303641; } }
body { background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif; font-variant-numeric: tabular-nums; margin: 0 auto; max-width: 46rem; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 0.75rem; }
svg { display: block; height: auto; max-width: 100%; margin: 1.5rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; width: 100%; }
caption { color: var(--muted); padding: 1.25rem 0 0.5rem; text-align: left; }
th, td { border-bottom: 1px solid var(--line); padding: 0.4rem 1rem 0.4rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; }
code { font-size: 0.9em; overflow-wrap: anywhere; }
li { margin-bottom: 0.4rem; }
`;

export function reportPage(report: EvaluationReport): string {
  const { title, data, command, curves, tables, notes } = report;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '<main>',
    `<h1>${escaped(title)}</h1>`,
    `<p>${escaped(data)}</p>`,
    ...tables.map(tableOf),
    '<h2>Comparisons</h2>',
    ...curves.map((curve) => tableOf(ratesTable(curve))),
    detPicture(curves),
    histogramPicture(curves),
    '<h2>How to read it</h2>',
    '<ul>',
    ...[...notes, ...READING].map((note) => `<li>${escaped(note)}</li>`),
    '</ul>',
    `<p>Made with <code>${escaped(command)}</code>; the figures are in report.json too.</p>`,
    '</main>',
    '</html>',
    '',
  ].join('\n');
}

const tableOf = ({ caption, head, rows }: Table): string =>
  [
    '<div class="scroll"><table>',
    `<caption>${escaped(caption)}</caption>`,
    `<tr>${head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr>`,
    ...rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`),
    '</table></div>',
  ].join('\n');
