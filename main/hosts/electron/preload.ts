/** The page's only way to the shell: exactly FacetApi, nothing of Electron. */
import { contextBridge, ipcRenderer } from 'electron';
import type { FacetApi, Preview } from '../../contract/api.ts';
import type { Result } from '../../contract/result.ts';
import type { AppState } from '../../contract/states/app.ts';
import { MESSAGES } from './channels.ts';

let state: AppState | undefined;
const states = new Set<(state: AppState) => void>();
const previews = new Set<(preview: Preview) => void>();
const connections = new Set<(connected: boolean) => void>();

ipcRenderer.on(MESSAGES.state, (_event, next: AppState) => {
  const first = state === undefined;
  state = next;
  for (const receive of states) receive(next);
  if (first) for (const receive of connections) receive(true);
});
ipcRenderer.on(MESSAGES.preview, (_event, preview: Preview) => {
  for (const receive of previews) receive(preview);
  // The next of this kind may come: none queues while the page is busy.
  ipcRenderer.send(MESSAGES.previewTaken, preview.kind);
});
ipcRenderer.send(MESSAGES.attend);

function subscribe<T>(receivers: Set<T>, receive: T): () => void {
  receivers.add(receive);
  return () => receivers.delete(receive);
}

const api: FacetApi = {
  call: (channel, argument) => ipcRenderer.invoke(MESSAGES.call, channel, argument) as Promise<Result<void>>,
  onState: (receive) => {
    if (state) receive(state);
    return subscribe(states, receive);
  },
  onPreview: (receive) => subscribe(previews, receive),
  onConnection: (receive) => {
    if (state) receive(true);
    return subscribe(connections, receive);
  },
};
contextBridge.exposeInMainWorld('facet', api);
