// The example site, on a free port of this machine: a few pages, and a snippet in each of them.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const PAGES = {
  '/': 'index.html',
  '/pricing': 'pricing.html',
  '/contact': 'contact.html',
  '/thanks': 'thanks.html',
};

const read = (file) => readFileSync(join(import.meta.dirname, 'site', file), 'utf8');

/** Starts it. `snippet` is put where the pages have `<!--analytics-->`. */
export async function startSite(snippet) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    if (pathname === '/style.css') {
      return response.writeHead(200, { 'content-type': 'text/css' }).end(read('style.css'));
    }
    if (pathname === '/favicon.ico') return response.writeHead(204).end();
    const file = PAGES[pathname] ?? (pathname.startsWith('/app/') ? 'app.html' : undefined);
    response.writeHead(file ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(read(file ?? '404.html').replace('<!--analytics-->', () => snippet()));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
