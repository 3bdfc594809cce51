// The page: finds the summary, shows what it answers, and keeps it in the right colours.

import type { Summary } from '../../../schema/src/summary';
import { showControls, showLogin } from './controls';
import { byId } from './dom';
import { hasLive, showLive } from './live';
import { panelsOf } from './panels';
import {
  type Choice,
  embeddedSummary,
  fetchSummary,
  NeedsLogin,
  type Server,
  serverOfPage,
} from './source';
import { currentTheme, onThemeChange } from './theme';
import { showTotals } from './totals';
import { type View, viewOf } from './view';

const REFRESH_MS = 5_000;

let views: View[] = [];

function say(text: string, isError = false): void {
  const message = byId('message');
  message.textContent = text;
  message.classList.toggle('error', isError);
}

const failed = (error: unknown) =>
  say(error instanceof Error ? error.message : String(error), true);

function draw(): void {
  const theme = currentTheme();
  for (const view of views) view.draw(theme);
}

function show(summary: Summary): void {
  const title = summary.project?.name ? `Usage of ${summary.project.name}` : 'Usage';
  document.title = title;
  byId('title').textContent = title;
  byId('range').textContent =
    summary.from && summary.to ? `From ${summary.from} to ${summary.to}` : '';
  byId('footer').textContent = `Made ${new Date(summary.generated_at).toLocaleString()}.`;
  say(summary.totals.events === 0 ? 'Nothing was recorded in this time.' : '');
  showTotals(byId('totals'), summary);
  for (const view of views) view.remove();
  views = summary.totals.events === 0 ? [] : panelsOf(summary).map(viewOf);
  byId('charts').replaceChildren(...views.map(({ section }) => section));
  draw();
}

/** Asks a server, now and whenever something else is chosen or has arrived. */
async function follow(server: Server): Promise<void> {
  let choice: Choice;
  let project: number | undefined;
  let asked = 0;
  const refresh = async (isQuiet = false) => {
    asked += 1;
    const mine = asked;
    if (!isQuiet) say('Loading …');
    try {
      const summary = await fetchSummary(server, choice);
      if (mine !== asked) return; // Something else was chosen meanwhile.
      project = summary.project?.id;
      show(summary);
    } catch (error) {
      if (error instanceof NeedsLogin) return login();
      failed(error);
    }
  };
  const login = () => {
    if (!server.login) return failed(new Error('The server wants to know who asks.'));
    say('The numbers are for those who have the admin token.');
    showLogin(byId('controls'), server.login, start, (text) => say(text, true));
  };
  const start = async () => {
    try {
      choice = await showControls(byId('controls'), server, (chosen) => {
        choice = chosen;
        void refresh();
      });
    } catch (error) {
      if (error instanceof NeedsLogin) return login();
      return failed(error);
    }
    await refresh();
    if (!server.live || !hasLive()) return;
    let isDue = false;
    const refreshSoon = () => {
      if (isDue) return;
      isDue = true;
      setTimeout(() => {
        isDue = false;
        // Whoever reads a table or walks along a chart is not interrupted.
        if (!byId('charts').contains(document.activeElement)) void refresh(true);
      }, REFRESH_MS);
    };
    showLive(byId('live'), server.live, () => project, refreshSoon);
  };
  await start();
}

onThemeChange(draw);
addEventListener('beforeprint', draw);
addEventListener('afterprint', draw);
try {
  const server = serverOfPage();
  const summary = embeddedSummary();
  if (summary) show(summary);
  else if (server) void follow(server);
  else throw new Error('This page has no summary, and no server to ask.');
} catch (error) {
  failed(error);
}
