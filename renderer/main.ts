import { mount } from 'svelte';
import './app.css';
import App from './views/App.svelte';
import { Desk } from './state/desk.svelte.ts';
import { connect } from './transport/connect.ts';

mount(App, { target: document.getElementById('app')!, props: { desk: new Desk(connect()) } });
