import { expect, test } from './test.ts';
import { PIN } from './web-host.ts';

test.beforeEach(async ({ desk }) => {
  await desk.enter(PIN);
  await desk.lock();
});

test('digits typed anywhere go to the PIN, and Enter opens', async ({ desk, page }) => {
  await page.getByRole('complementary').getByRole('button', { name: 'Straight' }).focus();
  await page.keyboard.type(PIN);
  await expect(desk.pin).toHaveValue(PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Your PIN opened the screen')).toBeVisible();
  await desk.opened();
});

test('an Enter that is still down when the screen has lifted away does not lock it again', async ({
  desk,
  page,
}) => {
  await page.keyboard.type(PIN);
  await page.keyboard.down('Enter');
  const lock = page.getByRole('button', { name: /^(Lock the screen|Set up your face)/ }).first();
  await expect(lock).toBeFocused();
  await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await desk.settings();
  await desk.section('Appearance');
  await page.getByText('Light', { exact: true }).click();
  // The shell has answered a later request than a lock would have been.
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(desk.lockScreen).toHaveCount(0);
});

test('wrong PINs are counted, and after five the right one has to wait, too', async ({ desk, page }) => {
  for (let i = 0; i < 4; i++) {
    await desk.enterPin(`31415${i}`);
    await expect(desk.pinNote).toHaveText('That PIN is not right. Try again');
    await expect(desk.pin).toHaveValue('');
  }
  await desk.enterPin('314159');
  const delayed = /^Too many wrong PINs\. The next one can be tried in \d+ seconds$/;
  await expect(desk.pinNote).toHaveText(delayed);
  await desk.enterPin(PIN);
  await expect(desk.lockScreen).toBeVisible();
  await page.reload();
  await expect(desk.pinNote).toHaveText(delayed);
});

test('hostile text in the PIN field costs nothing but a try', async ({ desk }) => {
  for (const text of ['7'.repeat(10_000), '😀🔓 ✂️', '<script>alert(1)</script>']) {
    await desk.enterPin(text);
    await expect(desk.pinNote).not.toBeEmpty();
    await expect(desk.pin).toHaveValue('');
  }
  await desk.enterPin(PIN);
  await desk.opened();
});
