/** The app in a browser: starts the desk, serves the page on the loopback address, prints where. */
import { Command, InvalidArgumentError } from 'commander';
import { pageFolder } from '../../adapters/program-files.ts';
import { FacetError } from '../../contract/result.ts';
import { openDesk } from '../shared/open-desk.ts';
import { openBrowser } from './open-browser.ts';
import { PageFiles } from '../shared/page-files.ts';
import { startWebHost } from './web-host.ts';

interface Options {
  readonly port: number;
  readonly open: boolean;
  readonly sensor?: string;
  readonly data?: string;
  readonly user?: string;
}

const portOf = (text: string): number => {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('Give a port from 0 to 65535.');
  return port;
};

const options = new Command('facet-web')
  .description('Facet in a browser, on this machine only')
  .option('--port <port>', 'port on 127.0.0.1; any free one where it is 0', portOf, 0)
  .option('--no-open', 'do not open a browser, only print the address')
  .option('--sensor <sensor>', 'sensor in place of the one in the settings')
  .option('--data <folder>', 'where galleries and settings are kept')
  .option('--user <name>', 'whose screen it is, where several people are set up')
  .parse()
  .opts<Options>();

try {
  await start(options);
} catch (error) {
  if (!(error instanceof FacetError)) throw error;
  process.stderr.write(`facet: ${error.message}\n`);
  process.exit(error.code === 'busy' ? 7 : 5);
}

async function start({ port, open, sensor, data, user }: Options): Promise<void> {
  const { desk, close: closeDesk } = await openDesk({
    host: 'web',
    ...(sensor === undefined ? {} : { sensor }),
    ...(data === undefined ? {} : { data }),
    ...(user === undefined ? {} : { user }),
  });
  const host = await startWebHost(desk, new PageFiles(pageFolder()), port).catch(async (error: unknown) => {
    await closeDesk();
    throw error;
  });
  process.stdout.write(`Facet is at ${host.address}\n`);
  if (open) openBrowser(host.address);

  let ending = false;
  const end = () => {
    // A second Ctrl-C does not wait for what hangs.
    if (ending) process.exit(130);
    ending = true;
    void Promise.all([host.close(), closeDesk()]).then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
}
