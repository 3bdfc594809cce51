// The page: finds the summary, shows what it answers, and keeps it in the right colours.

import type { Summary } from '../../../schema/src/summary';
import { byId } from './dom';
import { panelsOf } from './panels';
import { embeddedSummary } from './source';
import { currentTheme, onThemeChange } from './theme';
import { showTotals } from './totals';
import { type View, viewOf } from './view';

let views: View[] = [];

function say(text: string, isError = false): void {
  const message = byId('message');
  message.textContent = text;
  message.classList.toggle('error', isError);
}

function draw(): void {
  const theme = currentTheme();
  for (const view of views) view.draw(theme);
}

function show(summary: Summary): void {
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

onThemeChange(draw);
addEventListener('beforeprint', draw);
addEventListener('afterprint', draw);
try {
  show(embeddedSummary());
} catch (error) {
  say(error instanceof Error ? error.message : String(error), true);
}
