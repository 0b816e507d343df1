import { expect, test } from './test.ts';
import { PIN } from './web-host.ts';

test('five misses pause the face; the pause ends by itself, and the PIN ends it at once', async ({
  desk,
  page,
}) => {
  test.setTimeout(240_000);
  const paused = /^Face unlock is paused for \d+ seconds?\. Your PIN works$/;
  const miss = async () => {
    await expect(desk.says).toHaveText(/^Not recognised|^Face unlock is paused/);
    // Enter with an empty PIN tries the face again.
    await desk.pin.press('Enter');
  };
  await desk.opened();
  await desk.visit('A stranger');
  await desk.lock();
  await expect(async () => {
    await miss();
    await expect(desk.says).toHaveText(paused, { timeout: 6000 });
  }).toPass({ timeout: 90_000 });

  // A reload changes nothing.
  await page.reload();
  await expect(desk.says).toHaveText(paused);
  await desk.visit('You');
  await expect(desk.lockScreen).toBeVisible();
  await expect(page.getByText('Your face opened the screen')).toBeVisible({ timeout: 45_000 });
});

test('the PIN works during a pause', async ({ desk }) => {
  test.setTimeout(180_000);
  await desk.opened();
  await desk.visit('A stranger');
  await desk.lock();
  await expect(async () => {
    await expect(desk.says).toHaveText(/^Not recognised|^Face unlock is paused/, { timeout: 10_000 });
    await desk.pin.press('Enter');
    await expect(desk.says).toHaveText(/paused for/, { timeout: 6000 });
  }).toPass({ timeout: 90_000 });
  await desk.enterPin(PIN);
  await desk.opened();
});
