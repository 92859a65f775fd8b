// The entry of the window.
import './styles/app.css';
import { mount } from 'svelte';
import App from '$views/App.svelte';

async function start(): Promise<void> {
  if (__FAKE__) {
    const { installFake } = await import('./ipc/dev');
    installFake();
  }
  const target = document.getElementById('app');
  if (target) mount(App, { target });
}

void start();
