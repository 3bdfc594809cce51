// Where the public page starts: /public/NAME.

import { render } from 'preact';
import { PublicPage } from './page';

/** The project's name in the path; empty: there is none. */
function nameOf(path: string): string {
  const [, folder, name = ''] = path.split('/');
  try {
    return folder === 'public' ? decodeURIComponent(name) : '';
  } catch {
    return '';
  }
}

render(<PublicPage name={nameOf(location.pathname)} />, document.getElementById('app')!);
