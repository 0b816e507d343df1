/** The README's pictures: the real app with the simulated visitor. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './test.ts';
import { PIN, ROOT, USER } from './web-host.ts';

const FOLDER = join(ROOT, 'docs', 'pictures');
mkdirSync(FOLDER, { recursive: true });

test.describe('a newcomer', () => {
  test.use({ enrolled: false });
  test('enrols', async ({ desk, page }) => {
    const picture = (name: string) => page.screenshot({ path: join(FOLDER, `${name}.png`) });
    await desk.setUp(USER, PIN);
    await expect(page.getByText('1 of 9 directions')).toBeVisible({ timeout: 45_000 });
    await page.getByRole('button', { name: 'Turn for me' }).click();
    await expect(page.getByText(/[56] of 9 directions/)).toBeVisible();
    await picture('enrolment');
    await expect(page.getByText(/[56] of 9 directions/)).toBeHidden();
  });
});

test('locks, opens and looks behind', async ({ desk, page }) => {
  const picture = (name: string) => page.screenshot({ path: join(FOLDER, `${name}.png`) });
  await expect(page.getByText('Your face opened the screen')).toBeVisible({ timeout: 60_000 });
  await desk.opened();
  await picture('desktop');
  await desk.visit('A stranger');
  await desk.lock();
  await expect(desk.says).toContainText('Not recognised');
  await picture('lock-stranger');
  await desk.closeVisitor();
  await picture('lock');
  await desk.enterPin(PIN);
  await desk.opened();
  await desk.openVisitor();
  await desk.visit('You');
  await desk.closeVisitor();
  await desk.settings();
  await desk.section('Unlocking');
  await picture('settings');
  await desk.section('Diagnostics');
  await desk.confirm(PIN);
  await page.waitForTimeout(4000);
  await picture('diagnostics');
});
