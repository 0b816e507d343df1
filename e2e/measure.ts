/** What the page's figures are: start, previews, their cost, and how long a click takes to become a state. */
import { spawnSync } from 'node:child_process';
import { scryptSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test, type Page } from '@playwright/test';
import config from './playwright.config.ts';
import { DeskPage } from './pages/desk-page.ts';
import { isolated, PIN, ROOT, startWebHost, USER } from './web-host.ts';

/** When the PIN field had the focus for the first time, and when each preview was painted: ms since the navigation. */
interface Marks {
  readonly pin: number;
  readonly painted: readonly number[];
}

/** Runs in the page before the page's own code. */
const WATCH = `
  window.marks = { painted: [] };
  const paint = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    marks.painted.push(performance.now());
    paint.apply(this, given);
  };
  const look = () => {
    if (document.activeElement?.getAttribute('aria-label') === 'PIN') marks.pin = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

/** Runs in the page: how long it takes from the next key or click until something is there, ms. */
const untilThere = (selector: string): string => `window.there = new Promise((resolve) => {
  let begun = 0;
  for (const kind of ['keydown', 'click'])
    addEventListener(kind, () => (begun = performance.now()), { once: true, capture: true });
  const look = () =>
    begun > 0 && document.querySelector('${selector}') ? resolve(performance.now() - begun) : requestAnimationFrame(look);
  look();
}), undefined`;

/** Runs in the page: the longest time between two animation frames from now on, ms. */
const WATCH_FRAMES = `(() => {
  window.longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
const rounded = (value: number, unit: string) => `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;

async function until(page: Page, selector: string, deed: () => Promise<void>): Promise<number> {
  await page.evaluate(untilThere(selector));
  await deed();
  return page.evaluate<number>('window.there');
}

test('the page', async () => {
  const rows: [string, string][] = [];
  const browser = await chromium.launch(config.use?.launchOptions);
  const processes = await browser.newBrowserCDPSession();
  const rendererTime = async () => {
    const { processInfo } = await processes.send('SystemInfo.getProcessInfo');
    return processInfo
      .filter(({ type }) => type === 'renderer')
      .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  const [pins, firsts] = [[] as number[], [] as number[]];
  const folder = mkdtempSync(join(tmpdir(), 'facet-measure-'));
  const enrolled = spawnSync(
    process.execPath,
    ['out/cli.js', 'enroll', '--user', USER, '--pin-stdin', '--data', folder],
    { cwd: ROOT, input: `${PIN}\n`, env: isolated(true) },
  );
  expect(enrolled.status).toBe(0);
  for (let run = 0; run < 3; run++) {
    const host = await startWebHost({ folder, keyFile: true, sensor: 'simulated:stranger' });
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addInitScript(WATCH);
    const page = await context.newPage();
    await page.goto(host.address);
    await expect.poll(() => page.evaluate('marks.pin !== undefined && marks.painted.length > 0')).toBe(true);
    const { pin, painted } = await page.evaluate<Marks>('marks');
    pins.push(pin);
    firsts.push(painted[0]);
    if (run === 2) {
      const desk = new DeskPage(page);
      await desk.closeVisitor();
      await page.waitForTimeout(3000);
      const [from, cpu] = [await page.evaluate<number>('performance.now()'), await rendererTime()];
      await page.waitForTimeout(10_000);
      const spent = (await rendererTime()) - cpu;
      const { now, all } = await page.evaluate<{ now: number; all: number[] }>(
        '({ now: performance.now(), all: marks.painted })',
      );
      const seconds = (now - from) / 1000;
      const count = all.filter((at) => at >= from).length;
      rows.push(['previews on the lock screen', rounded(count / seconds, '/s')]);
      rows.push(["the page's process meanwhile", rounded((100 * spent) / seconds, '% of a core')]);

      await desk.openVisitor();
      await desk.visit('Nobody');
      const [opened, locked] = [[] as number[], [] as number[]];
      for (let i = 0; i < 5; i++) {
        await desk.pin.fill(PIN);
        opened.push(await until(page, '.desktop', () => page.keyboard.press('Enter')));
        await desk.opened();
        locked.push(
          await until(page, '.lock', () => page.getByRole('button', { name: /^Lock the screen/ }).click()),
        );
      }
      const hashes = Array.from({ length: 5 }, () => {
        const begun = performance.now();
        scryptSync(PIN, 'salt', 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 });
        return performance.now() - begun;
      });
      rows.push(['click to locked', rounded(median(locked), 'ms')]);
      rows.push(['PIN to open', rounded(median(opened), 'ms')]);
      rows.push(['of which scrypt, so slow on purpose', rounded(median(hashes), 'ms')]);

      await desk.enterPin(PIN);
      await desk.opened();
      await desk.settings();
      await desk.section('Retrain');
      await page.evaluate(WATCH_FRAMES);
      await page.waitForTimeout(3000);
      const atRest = await page.evaluate<number>('longest');
      const retrain = page.getByRole('region', { name: 'Retrain' });
      await retrain.getByRole('button', { name: 'Retrain' }).click();
      await desk.dialog.getByLabel('Your PIN').fill(PIN);
      await page.evaluate('longest = 0');
      await desk.dialog.getByLabel('Your PIN').press('Enter');
      await expect(retrain.getByText(/^You turned away: \d/)).toBeVisible({ timeout: 60_000 });
      rows.push(['longest between frames, settings open', rounded(atRest, 'ms')]);
      rows.push(['the same during a retraining', rounded(await page.evaluate<number>('longest'), 'ms')]);
    }
    await context.close();
    await host.stop();
  }
  rows.unshift(
    ['PIN field ready after navigation', rounded(median(pins), 'ms')],
    ['first preview after navigation', rounded(median(firsts), 'ms')],
  );
  await browser.close();
  rmSync(folder, { recursive: true });
  process.stdout.write(`\n${rows.map(([what, value]) => `${what.padEnd(38)}${value}`).join('\n')}\n\n`);
});
