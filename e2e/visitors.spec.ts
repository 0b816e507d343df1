import { expect, test } from './test.ts';
import { PIN } from './web-host.ts';

const NOT_RECOGNISED = 'Not recognised. Try again or use your PIN';

test('the screen opens for who enrolled and for nobody else', async ({ desk, page }) => {
  test.setTimeout(180_000);
  // Who enrolled stands there from the start.
  await expect(page.getByText('Your face opened the screen')).toBeVisible();
  await desk.visit('Nobody');
  await desk.lock();
  await expect(desk.says).toHaveText('Looking for you');

  for (const [who, sentence] of [
    ['A stranger', NOT_RECOGNISED],
    ['Two people', 'Someone else is in view. One person at a time'],
  ] as const)
    await test.step(who, async () => {
      await desk.visit(who);
      await expect(desk.says).toHaveText(sentence);
      await expect(desk.lockScreen).toBeVisible();
    });

  await desk.visit('You');
  await expect(page.getByText('Your face opened the screen')).toBeVisible();
});

test('pictures and masks of who enrolled do not open it', async ({ desk }) => {
  test.setTimeout(180_000);
  await desk.enter(PIN);
  await desk.lock();
  for (const attack of ['A photo of you', 'You on a tablet', 'A mask of you'])
    await test.step(attack, async () => {
      await desk.visit(attack);
      await desk.visit('You');
      // Judged for longer than an attempt with the real face takes.
      await desk.page.waitForTimeout(5000);
      await expect(desk.lockScreen).toBeVisible();
      await desk.visit('Nobody');
      // Gone for longer than a second: whoever comes next is tried at once.
      await desk.page.waitForTimeout(1500);
    });
});

test('too far away nobody is let in, and in the dark the infrared knows who enrolled', async ({
  desk,
  page,
}) => {
  await desk.enter(PIN);
  await page.getByRole('slider').fill('1500');
  await desk.visit('You');
  await desk.lock();
  await page.waitForTimeout(4000);
  await expect(desk.says).toHaveText(/^(Looking for you|Come a little closer)$/);
  await desk.visit('Light off');
  await page.getByRole('slider').fill('650');
  await expect(page.getByText('Your face opened the screen')).toBeVisible({ timeout: 45_000 });
});

test('a miss shows a sentence and no number', async ({ desk }) => {
  await desk.enter(PIN);
  await desk.visit('A stranger');
  await desk.lock();
  await expect(desk.says).toHaveText(NOT_RECOGNISED);
  expect(await desk.lockScreen.locator('.person').innerText()).not.toMatch(/\d/);
});
