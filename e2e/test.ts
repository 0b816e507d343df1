/** A test with a web host of its own, and a page on it that complains to nobody. */
import { expect, test as base } from '@playwright/test';
import { DeskPage } from './pages/desk-page.ts';
import { startWebHost, type WebHost } from './web-host.ts';

interface Fixtures {
  /** Start with somebody enrolled. */
  readonly enrolled: boolean;
  /** What the page may complain about in this test. */
  readonly mayComplain: RegExp | undefined;
  readonly host: WebHost;
  readonly desk: DeskPage;
}

export const test = base.extend<Fixtures>({
  enrolled: [true, { option: true }],
  mayComplain: [undefined, { option: true }],
  host: async ({ enrolled }, use) => {
    const host = await startWebHost({ enrolled });
    await use(host);
    await host.stop();
  },
  desk: async ({ host, page, mayComplain }, use) => {
    // A refusal by the page's own security policy ends up here, too.
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !mayComplain?.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    const desk = new DeskPage(page);
    await desk.open(host.address);
    await use(desk);
    expect(complaints).toEqual([]);
  },
});

export { expect };
