// Where the pages start.

import { render } from 'preact';
import { App } from './app';

render(<App />, document.getElementById('app')!);
