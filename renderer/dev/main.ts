/** The page on a scripted shell, for work on its looks alone: `npx vite --config renderer/vite.config.ts`, then /dev/ or /dev/?show=offer. */
import { mount } from 'svelte';
import '../app.css';
import { Desk } from '../state/desk.svelte.ts';
import App from '../views/App.svelte';
import { ScriptedApi } from './scripted-api.ts';
import { appState, SHOWN } from './states.ts';

const shown = SHOWN[new URLSearchParams(location.search).get('show') ?? ''];
const api = shown ? new ScriptedApi(appState(shown), '271828') : new ScriptedApi();
mount(App, { target: document.getElementById('app')!, props: { desk: new Desk(api) } });
api.play();
