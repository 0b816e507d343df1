/** The main process's end of the page's interface. Whoever is not the page itself gets nothing, not even a reason. */
import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import { PREVIEW_KINDS, type Preview, type PreviewKind } from '../../contract/api.ts';
import { fail, type Result } from '../../contract/result.ts';
import type { Desk } from '../../core/shell/desk.ts';
import { MESSAGES, PAGE_ORIGIN } from './channels.ts';

/** What the bridge needs of ipcMain and of the window's contents. */
export type BridgeIpc = Pick<IpcMain, 'handle' | 'on' | 'removeHandler' | 'removeListener'>;
export type BridgePage = Pick<WebContents, 'mainFrame' | 'send' | 'isDestroyed' | 'on'>;
type Sender = Pick<IpcMainEvent | IpcMainInvokeEvent, 'senderFrame'>;

/** The page's own top frame, from its own origin: no subframe, no other window, nothing that was navigated to. */
function isPage({ senderFrame }: Sender, page: BridgePage): boolean {
  return senderFrame !== null && senderFrame === page.mainFrame && senderFrame.origin === PAGE_ORIGIN;
}

export interface Bridge {
  /** The window was hidden or shown: nobody sits before a hidden one, whatever the sensor sees. */
  see(visible: boolean): void;
  disconnect(): void;
}

/** Connects a page with the desk until it is destroyed. */
export function bridge(desk: Desk, page: BridgePage, ipc: BridgeIpc): Bridge {
  let visible = true;
  let leave: (() => void)[] = [];
  /** Ends the attendance of a page that was loaded and is visible. */
  let rest: ReturnType<Desk['attend']> | undefined;
  /** Previews that the page has not taken yet, and the latest of each kind that waits for it. */
  const away = new Set<PreviewKind>();
  const waiting = new Map<PreviewKind, Preview>();

  const show = (preview: Preview) => {
    if (page.isDestroyed()) return;
    if (away.has(preview.kind)) return void waiting.set(preview.kind, preview);
    away.add(preview.kind);
    page.send(MESSAGES.preview, preview);
  };
  const depart = () => {
    rest?.();
    rest = undefined;
    for (const end of leave) end();
    leave = [];
    away.clear();
    waiting.clear();
  };

  const attend = (event: IpcMainEvent) => {
    if (!isPage(event, page)) return;
    // A page that loads again begins anew.
    depart();
    if (visible) rest = desk.attend();
    leave = [
      desk.onState((state) => {
        if (!page.isDestroyed()) page.send(MESSAGES.state, state);
      }),
      desk.onPreview(show),
    ];
  };
  const taken = (event: IpcMainEvent, kind: unknown) => {
    if (!isPage(event, page) || !PREVIEW_KINDS.includes(kind as PreviewKind)) return;
    away.delete(kind as PreviewKind);
    const next = waiting.get(kind as PreviewKind);
    waiting.delete(kind as PreviewKind);
    if (next) show(next);
  };
  const call = (event: IpcMainInvokeEvent, channel: unknown, argument: unknown): Promise<Result<void>> =>
    isPage(event, page) && typeof channel === 'string'
      ? desk.call(channel, argument)
      : Promise.resolve(fail('bad-argument', 'Only the page of Facet may ask.'));

  ipc.on(MESSAGES.attend, attend);
  ipc.on(MESSAGES.previewTaken, taken);
  ipc.handle(MESSAGES.call, call);
  const disconnect = () => {
    depart();
    ipc.removeListener(MESSAGES.attend, attend);
    ipc.removeListener(MESSAGES.previewTaken, taken);
    ipc.removeHandler(MESSAGES.call);
  };
  page.on('destroyed', disconnect);
  page.on('render-process-gone', depart);
  return {
    disconnect,
    see: (now) => {
      visible = now;
      const loaded = leave.length > 0;
      if (!visible) rest?.('hidden');
      if (!visible || !loaded) rest = undefined;
      else rest ??= desk.attend();
    },
  };
}
