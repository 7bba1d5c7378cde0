import { render } from 'preact';
import { api, ApiError } from './api/client';
import { startFeed } from './api/feed';
import { startKeys } from './keys';
import { startForgetting, startHistory, startSelection } from './model/act';
import { startAttention } from './model/attention';
import { me, trouble } from './model/store';
import { allowSound } from './sound';
import { App } from './ui/App';

render(<App />, document.getElementById('app')!);

startKeys();
startHistory();
startSelection();
startForgetting();
startAttention();
for (const gesture of ['keydown', 'pointerdown'] as const) {
  window.addEventListener(gesture, () => void allowSound());
}
void begin();

async function begin(): Promise<void> {
  try {
    me.value = await api.me();
  } catch (error) {
    // Nobody signed in is a state, not a fault.
    if (!(error instanceof ApiError) || error.status !== 401) trouble.value = String(error);
  }
  startFeed();
}
