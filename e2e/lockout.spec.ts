import { expect, test } from './test.ts';
import type { DeskPage } from './pages/desk-page.ts';
import { PIN } from './web-host.ts';

const PAUSED = /^Face unlock is paused for \d+ seconds?\. Your PIN works$/;

/** A stranger who tries again and again: Enter on the empty PIN field tries the face once more. */
async function missUntilPaused(desk: DeskPage): Promise<void> {
  await desk.enter(PIN);
  await desk.visit('A stranger');
  await desk.lock();
  const tried = new RegExp(`^Not recognised|${PAUSED.source}`);
  for (let misses = 1; misses <= 5; misses++) {
    await expect(desk.says).toHaveText(tried, { timeout: 30_000 });
    if (PAUSED.test(await desk.says.innerText())) break;
    await desk.pin.press('Enter');
    await expect(desk.says).not.toHaveText(/^Not recognised/);
  }
  await expect(desk.says).toHaveText(PAUSED);
}

test('five misses pause the face, and the pause ends by itself', async ({ desk, page }) => {
  test.setTimeout(180_000);
  await missUntilPaused(desk);
  // A reload changes nothing.
  await page.reload();
  await expect(desk.says).toHaveText(PAUSED);
  await desk.visit('You');
  await expect(desk.lockScreen).toBeVisible();
  await expect(page.getByText('Your face opened the screen')).toBeVisible({ timeout: 45_000 });
});

test('the PIN works during a pause', async ({ desk }) => {
  test.setTimeout(150_000);
  await missUntilPaused(desk);
  await desk.enterPin(PIN);
  await desk.opened();
});
