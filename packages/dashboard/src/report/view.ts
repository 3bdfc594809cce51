// Shows a panel: heading, chart, table, file. Everything works with the keyboard alone, and says in
// words what it shows.

import type { Chart } from 'chart.js';
import { format } from '../format';
import { draw, heightOf, pointAt, recolour } from './chart';
import { download } from './csv';
import { element } from './dom';
import type { Panel } from './panel';
import type { Theme } from './theme';

const SPOKEN = 3;

/** What stands at a place of the chart, in words. */
function wordsAt({ labels, series, unit }: Panel, index: number): string {
  const values = series.map(({ name, values }) => {
    const value = values[index];
    return `${name} ${value === null || value === undefined ? 'none' : format(value, unit)}`;
  });
  return `${labels[index]}: ${values.join(', ')}`;
}

/** The chart in a sentence or two. */
function inWords(panel: Panel): string {
  const { kind, labels, title } = panel;
  if (kind === 'rank') {
    const first = labels.slice(0, SPOKEN).map((_label, index) => wordsAt(panel, index));
    return `${title}. ${labels.length} bars, the largest first: ${first.join('; ')}.`;
  }
  const sums = labels.map((_label, index) => panel.series[0]?.values[index] ?? 0);
  const most = sums.indexOf(Math.max(...sums));
  return `${title}, from ${labels[0]} to ${labels.at(-1)}. Most on ${wordsAt(panel, most)}.`;
}

function tableOf({ columns, rows, units = [], title }: Panel): HTMLElement {
  const head = columns.map((name) => element('th', { scope: 'col' }, name));
  const body = rows.map((row) => {
    const cells = row.map((value, index) => {
      const isText = typeof value === 'string';
      const text = value === null ? '–' : isText ? value : format(value, units[index] ?? 'count');
      return index === 0 ? element('th', { scope: 'row' }, text) : element('td', {}, text);
    });
    return element('tr', {}, ...cells);
  });
  const table = element(
    'table',
    {},
    element('caption', { class: 'hidden' }, title),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title },
    table,
  );
}

/** Arrow keys go along the chart; what stands there is shown and said. */
function listen(
  canvas: HTMLCanvasElement,
  said: HTMLElement,
  panel: Panel,
  chart: () => Chart,
): void {
  let at = -1;
  const last = panel.labels.length - 1;
  const steps: Readonly<Record<string, () => number>> = {
    ArrowRight: () => Math.min(last, at + 1),
    ArrowDown: () => Math.min(last, at + 1),
    ArrowLeft: () => Math.max(0, at - 1),
    ArrowUp: () => Math.max(0, at - 1),
    Home: () => 0,
    End: () => last,
  };
  canvas.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    at = step();
    pointAt(chart(), at);
    said.textContent = wordsAt(panel, at);
  });
  canvas.addEventListener('blur', () => {
    if (at < 0) return;
    at = -1;
    pointAt(chart(), undefined);
    said.textContent = '';
  });
}

/** A panel on the page. */
export interface View {
  readonly section: HTMLElement;
  /** Draws the chart; the section must be on the page. */
  draw(theme: Theme): void;
  remove(): void;
}

/** Makes the view of a panel. */
export function viewOf(panel: Panel): View {
  const titleId = `title-${panel.id}`;
  const hintId = `hint-${panel.id}`;
  const canvas = element('canvas', {
    id: `chart-${panel.id}`,
    role: 'img',
    tabindex: '0',
    'aria-label': inWords(panel),
    'aria-describedby': hintId,
  });
  const said = element('p', { class: 'hidden', 'aria-live': 'polite' });
  const box = element('div', { class: 'canvas' }, canvas);
  box.style.height = `${heightOf(panel)}px`;
  const details = element('details', {}, element('summary', {}, 'Show as a table'));
  // Long tables are made when somebody looks at them.
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(tableOf(panel));
  });
  const button = element('button', { type: 'button' }, 'Download as CSV');
  button.setAttribute('aria-label', `Download as CSV: ${panel.title}`);
  button.addEventListener('click', () => download(panel));
  const section = element(
    'section',
    { 'aria-labelledby': titleId, id: panel.id, class: panel.isWide ? 'wide' : undefined },
    element('h2', { id: titleId }, panel.title),
    element('p', { class: 'question' }, panel.question),
    element('figure', {}, box, said),
    element('p', { class: 'hidden', id: hintId }, 'The arrow keys go along the chart.'),
    element('div', { class: 'below' }, details, button),
  );
  let chart: Chart | undefined;
  listen(canvas, said, panel, () => chart!);
  return {
    section,
    draw(theme) {
      if (chart) recolour(chart, panel, theme);
      else chart = draw(canvas, panel, theme);
    },
    remove() {
      chart?.destroy();
      section.remove();
    },
  };
}
