/** The app in a window of its own. */
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  powerMonitor,
  protocol,
  session,
  Tray,
  utilityProcess,
} from 'electron';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { assetsFolder, pageFolder, preloadFile } from '../../adapters/program-files.ts';
import { FacetError } from '../../contract/result.ts';
import type { Desk } from '../../core/shell/desk.ts';
import { openDesk } from '../shared/open-desk.ts';
import { PageFiles } from '../shared/page-files.ts';
import { bridge } from './bridge.ts';
import { PAGE_ORIGIN } from './channels.ts';
import { answerPage } from './page-protocol.ts';
import { confine, refuseEverything } from './refusals.ts';
import { startAtLogin } from './start-at-login.ts';
import { utilityPipeline } from './utility-pipeline.ts';

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
]);
app.enableSandbox();
app.on('web-contents-created', (_event, contents) => confine(contents));

if (app.requestSingleInstanceLock()) {
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      if (!(error instanceof FacetError)) throw error;
      dialog.showErrorBox('Facet cannot start', error.message);
      app.exit(1);
    });
} else app.quit();

async function start(): Promise<void> {
  refuseEverything(session.defaultSession);
  const pages = new PageFiles(pageFolder());
  session.defaultSession.protocol.handle('app', (request) => answerPage(pages, request));

  const { sensor, data, user } = argumentsOf(process.argv);
  const { desk, close } = await openDesk({
    host: 'electron',
    spawn: utilityPipeline(utilityProcess),
    startAtLogin: (enabled) =>
      void startAtLogin(app, enabled).catch((error: unknown) =>
        dialog.showErrorBox('Facet', `Starting at login could not be changed: ${String(error)}`),
      ),
    ...(sensor === undefined ? {} : { sensor }),
    ...(data === undefined ? {} : { data }),
    ...(user === undefined ? {} : { user }),
  });
  const window = openWindow(desk);
  const tray = new Tray(join(assetsFolder(), 'icons', 'tray.png'));
  let quitting = false;

  const show = () => {
    window.show();
    window.focus();
  };
  tray.setToolTip('Facet');
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Open Facet', click: show },
      { label: 'Lock', click: () => void desk.lockNow() },
      { type: 'separator' },
      { label: 'Quit', click: () => app.quit() },
    ]),
  );
  tray.on('click', show);
  app.on('second-instance', show);
  app.on('activate', show);
  // The system's own lock, or a machine that sleeps, locks this screen too.
  for (const event of ['suspend', 'lock-screen'] as const)
    powerMonitor.on(event as 'suspend', () => void desk.lockNow());
  // Closing the window leaves Facet in the tray, locked.
  window.on('close', (event) => {
    if (quitting) return;
    event.preventDefault();
    window.hide();
    void desk.lockNow();
  });
  app.on('before-quit', (event) => {
    if (quitting) return;
    quitting = true;
    event.preventDefault();
    void close().finally(() => app.exit(0));
  });
}

function openWindow(desk: Desk): BrowserWindow {
  Menu.setApplicationMenu(null);
  const window = new BrowserWindow({
    width: 1120,
    height: 740,
    minWidth: 900,
    minHeight: 600,
    show: false,
    backgroundColor: '#10131a',
    icon: join(assetsFolder(), 'icons', 'icon.png'),
    webPreferences: {
      preload: preloadFile(),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  const page = bridge(desk, window.webContents, ipcMain);
  window.on('hide', () => page.see(false));
  window.on('show', () => page.see(true));
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${PAGE_ORIGIN}/`);
  return window;
}

/** Options only: what else the system puts on the command line is not Facet's. */
function argumentsOf(argv: readonly string[]): { sensor?: string; data?: string; user?: string } {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: argv.slice(app.isPackaged ? 1 : 2),
    options: { sensor: option, data: option, user: option },
    strict: false,
  });
  return Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'string'));
}
