import { expect, test } from './test.ts';
import { PIN } from './web-host.ts';

test('a sensor that is unplugged and comes back goes on by itself', async ({ desk, page }) => {
  await desk.enter(PIN);
  await desk.lock();
  await expect(desk.says).toHaveText('Looking for you');
  await desk.visit('Sensor unplugged');
  await expect(desk.says).toHaveText('The sensor was unplugged. Your PIN works; plug it in to go on');
  await desk.enterPin(PIN);
  await desk.opened();
  await desk.lock();
  await expect(desk.says).toContainText('Your PIN works');
  await desk.visit('You');
  await desk.visit('Sensor unplugged');
  await expect(page.getByText('Your face opened the screen')).toBeVisible();
});

test('the camera part may be killed five times: the screen stays locked, the PIN works', async ({
  desk,
  host,
  page,
}) => {
  test.skip(process.platform !== 'linux', 'finds the process in /proc');
  test.setTimeout(150_000);
  await desk.enter(PIN);
  await desk.lock();
  await expect(desk.says).toHaveText('Looking for you');
  let killed: number | undefined;
  for (let i = 0; i < 5; i++) {
    // One that was killed may still be on its way out.
    let next: number | undefined;
    const another = () => (next = host.pipeline()) !== undefined && next !== killed;
    await expect.poll(another, { timeout: 30_000 }).toBe(true);
    killed = next!;
    process.kill(killed, 'SIGKILL');
    await expect(desk.lockScreen).toBeVisible();
    await page.waitForTimeout(300);
  }
  await expect(desk.says).toHaveText(/The camera part stopped|Looking for you/);
  await desk.enterPin(PIN);
  await desk.opened();
  await desk.visit('You');
  await desk.lock();
  await expect(page.getByText('Your face opened the screen')).toBeVisible({ timeout: 60_000 });
});
