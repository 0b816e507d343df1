/** `npm test`: sets everything up, then checks types, style, structure and behaviour. Its last line counts. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { root, run, step, tool } from './steps.mjs';
import { debianPackages } from './system-packages.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };

await setUp();
await step('System packages for tests', installSystemPackages);

const checks = [
  ['Types', 'tsc', ['--noEmit']],
  [
    'Page types',
    'svelte-check',
    ['--tsconfig', 'renderer/tsconfig.json', '--threshold', 'warning'],
    'renderer/tsconfig.json',
  ],
  ['Style', 'eslint', ['.']],
  ['Format', 'prettier', ['--check', '.', '--log-level', 'warn']],
  ['Dependency rule', 'depcruise', ['--config', '.dependency-cruiser.cjs', 'main', 'renderer', 'scripts']],
  ['Nothing unused', 'knip', ['--no-progress']],
];
for (const [title, name, args, needs] of checks) {
  if (needs && !existsSync(join(root, needs))) continue;
  const { code } = await step(title, () => run(tool(name), args, { quiet: true }));
  total[code === 0 ? 'passed' : 'failed']++;
}

await suite(
  'Unit and integration tests',
  'vitest',
  ['run', '--reporter=default', '--reporter=json'],
  vitestCounts,
);
if (await haveBrowser())
  await suite(
    'Page tests in a browser',
    'playwright',
    ['test', '--config', 'e2e/playwright.config.ts'],
    playwrightCounts,
  );
else {
  console.error(
    'No browser for the page tests: install Chromium or Chrome, or run `npx playwright install chromium`, and run npm test again.',
  );
  total.failed++;
}

const { passed, failed, skipped } = total;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);

/** Runs a test runner that writes its results as JSON, and adds its counts. */
async function suite(title, name, args, countsOf) {
  const file = join(root, 'out', 'test-results', `${name}.json`);
  mkdirSync(join(root, 'out', 'test-results'), { recursive: true });
  rmSync(file, { force: true });
  console.error(`· ${title}`);
  const { code } = await run(
    tool(name),
    [...args, ...(name === 'vitest' ? [`--outputFile.json=${file}`] : [])],
    {
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: file },
    },
  );
  const counts = existsSync(file)
    ? countsOf(JSON.parse(readFileSync(file, 'utf8')))
    : { passed: 0, failed: 1, skipped: 0 };
  // A runner that fails without a failed test (a suite that does not load, an unhandled error) is a failure too.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  for (const key of Object.keys(total)) total[key] += counts[key];
}

function vitestCounts(report) {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

function playwrightCounts({ stats }) {
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}

/** Playwright's own Chromium or the system's; else one is installed where that can be done without asking. */
async function haveBrowser() {
  const { chromium } = await import('@playwright/test');
  const places = JSON.parse(readFileSync(join(root, 'scripts/browsers.json'), 'utf8'));
  const found = () => [...places, chromium.executablePath()].some((path) => existsSync(path));
  if (found()) return true;
  await step('Browser for the page tests', async () => {
    const own = await run(tool('playwright'), ['install', 'chromium'], { quiet: true, timeout: 180_000 });
    if (own.code === 0 || process.platform !== 'linux' || process.getuid() !== 0) return own;
    return installDebian(['chromium']);
  });
  return found();
}

/** Debian packages that some tests need; without them those tests say that they were skipped. */
async function installSystemPackages() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return { code: 0, skipped: true };
  const missing = debianPackages.filter((name) => !installed(name));
  if (missing.length === 0) return { code: 0, skipped: true };
  if (process.getuid() !== 0) {
    console.error(`\n  Some tests will be skipped. To run them: sudo apt-get install ${missing.join(' ')}`);
    return { code: 0 };
  }
  const quiet = { quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' } };
  await run('apt-get', ['update', '-q'], quiet);
  const result = await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], quiet);
  if (result.code !== 0)
    console.error(`\n  Some tests will be skipped: ${missing.join(' ')} could not be installed.`);
  return { code: 0 };
}

async function installDebian(names) {
  const quiet = { quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' } };
  await run('apt-get', ['update', '-q'], quiet);
  return run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], quiet);
}

function installed(name) {
  try {
    return execFileSync('dpkg-query', ['-W', '-f', '${Status}', name], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).includes('install ok');
  } catch {
    return false;
  }
}
